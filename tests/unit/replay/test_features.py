"""Features of many rows against the decoder of one value."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.records.features import decode, encode
from shared.replay.features import Kind, columns, parse
from tests.tiers import examples

ODD = (
    *("1", "0.5", "-0", "-0.0", "01", "-01", "1.", "1.e5", ".5", "-.5", "nan", "inf", "-inf", "-nan", "1e400", "1e5"),
    *(
        "1E+5",
        "true",
        "false",
        "t",
        "truex",
        "True",
        "",
        '""',
        '"1"',
        '"true"',
        '"a\\n"',
        "-",
        "--1",
        "1-",
        "1e",
        "0x1",
    ),
    *(
        "2024-01-01",
        "12abc",
        "1_0",
        " 1",
        "1 ",
        "9007199254740993",
        "1e-400",
        "null",
        "\u0661",
        "1\n",
        "0e1",
        "00",
        None,
    ),
)
_number = st.floats(allow_nan=False, allow_infinity=False).map(encode)
_stored = st.sampled_from(ODD) | _number | st.text(max_size=5).map(encode) | st.text(max_size=5)


def expected(stored: str | None) -> tuple[int, float | None]:
    if stored is None:
        return Kind.ABSENT, None
    value = decode(stored)
    if isinstance(value, str):
        return Kind.TEXT, None
    return Kind.BOOLEAN if isinstance(value, bool) else Kind.NUMBER, float(value)


@settings(deadline=None, max_examples=examples(800))
@given(stored=st.lists(_stored, max_size=8) | st.lists(_number, max_size=8))
def test_values_are_read_as_decisions_store_them(stored: list[str | None]) -> None:
    kinds, numbers = parse(pa.array(["x", *stored], pa.string())[1:])

    found = [
        (kind, None if math.isnan(number) else number)
        for kind, number in zip(kinds.tolist(), numbers.tolist(), strict=True)
    ]
    assert found == list(map(expected, stored))


def _map(rows: Sequence[dict[str, Any] | None], with_dictionary: bool = False) -> pa.MapArray:
    stored = [None if each is None else [(name, encode(value)) for name, value in each.items()] for each in rows]
    found = pa.array(stored, pa.map_(pa.string(), pa.string()))
    if not with_dictionary:
        return found
    return pa.MapArray.from_arrays(found.offsets, found.keys.dictionary_encode(), found.items, mask=found.is_null())


ROWS: list[dict[str, Any] | None] = [
    {"a": 1, "b": "1", "c": True},
    {"b": 2.5, "a": "x"},
    {},
    None,
    {"other": 5, "a": False},
    {"c": 3, "b": 4, "a": 5},
]


@pytest.mark.parametrize("with_dictionary", [False, True])
@pytest.mark.parametrize("start", [0, 1, 3])
def test_each_feature_is_a_column(with_dictionary: bool, start: int) -> None:
    features = _map(ROWS, with_dictionary)

    found = columns(features[start:], ("a", "b", "missing"))

    values = [(each or {}).get("a") for each in ROWS][start:]
    expected_kinds = [expected(None if value is None else encode(value))[0] for value in values]
    assert found["a"].kinds.tolist() == expected_kinds
    assert found["b"].is_text(["1", "2.5"]).tolist() == [(each or {}).get("b") == "1" for each in ROWS][start:]
    assert not found["missing"].kinds.any()


@pytest.mark.parametrize("names", [("a", "b"), ("b", "c"), ("c", "missing"), ("missing",)])
@pytest.mark.parametrize("with_dictionary", [False, True])
def test_features_in_a_regular_order_are_read_as_others_are(names: Sequence[str], with_dictionary: bool) -> None:
    regular = [{"b": number, "a": -number, "c": ("x", number, True)[number % 3]} for number in range(5)]

    together = columns(_map(regular, with_dictionary), names)
    apart = [columns(_map([each, {}]), names) for each in regular]

    for name in names:
        assert together[name].numbers.tolist() == pytest.approx([each[name].numbers[0] for each in apart], nan_ok=True)
        assert together[name].kinds.tolist() == [each[name].kinds[0] for each in apart]
        assert together[name].is_text(["x"]).tolist() == [each[name].is_text(["x"])[0] for each in apart]


def test_a_feature_that_a_map_has_twice_has_one_of_its_values() -> None:
    twice = pa.array([[("a", "1"), ("a", "2")]] * 3, pa.map_(pa.string(), pa.string()))

    assert columns(twice, ("a",))["a"].numbers.tolist() == [2, 2, 2]


def test_rows_that_only_look_regular_are_read_apart() -> None:
    found = columns(_map([{"a": 1}, {"b": 2, "other": 0}, {"a": 3, "b": 4}]), ("a", "b"))

    assert found["a"].kinds.tolist() == [1, 0, 1]
    assert np.nan_to_num(found["b"].numbers).tolist() == [0, 2, 4]
