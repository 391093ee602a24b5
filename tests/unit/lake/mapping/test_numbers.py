"""Columns of numbers are read as each of their texts is."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.mapping.numbers import in_major_units, plain_numbers
from shared.mapping.number_format import NumberFormat
from shared.mapping.written_numbers import UnreadableNumber, plain_number

FORMATS: list[dict[str, Any]] = [
    {},
    {"thousands": ",", "symbols": ["$", "US$", "R $"], "negative_in_parentheses": True},
    {"decimal": ",", "thousands": ".", "symbols": ["€", "kr."[:2]]},
    {"decimal": ",", "thousands": " "},
    {"thousands": "'", "percent": True},
]
PIECES = st.sampled_from([*"-+().,' %$€e05", "1", "24", "240", "000", "US$", "\u2212", "\u202f", "R $", "KR"])


def test_a_column_keeps_its_rows() -> None:
    found = plain_numbers(pa.array(["$1,240.00", None, "1,24", " ", "($40.00)", "1,24"]), NumberFormat(**FORMATS[1]))

    assert found.values.to_pylist() == ["1240", None, None, None, "-40", None]
    assert found.faults == dict.fromkeys((2, 5), "'1,24' is not a number as described in numbers")


@pytest.mark.parametrize("written", FORMATS)
@given(texts=st.lists(st.lists(PIECES, max_size=7).map("".join) | st.decimals(places=3).map(str), max_size=15))
def test_columns_are_read_as_their_texts(written: dict[str, Any], texts: list[str]) -> None:
    form = NumberFormat(**written)

    found = plain_numbers(pa.array(texts, pa.string()), form)

    for place, text in enumerate(texts):
        try:
            expected = plain_number(text, form)
        except UnreadableNumber as fault:
            expected = str(fault)
        assert found.faults.get(place, found.values[place].as_py()) == expected


def test_minor_units_depend_on_the_currency() -> None:
    numbers = pa.array(["1240", "1240", "1240", None, "12.5"])

    found = in_major_units(numbers, pa.array([2, 0, 3, 2, 2]))

    assert found.values.to_pylist() == ["12.4", "1240", "1.24", None, None]
    assert list(found.faults) == [4]
    assert in_major_units(pa.array(["1"]), 2).values.to_pylist() == ["0.01"]
