"""Literals of the platform's own values: each has its type in Trino, and a text of a caller is not one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from shared.athena.literals import CurrencyCode, DayText, OwnValue, literal, quoted


class Span(StrEnum):
    PREVIOUS = "previous"
    QUOTED = "it's"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "TRUE"),
        (False, "FALSE"),
        (7, "7"),
        (-3600, "-3600"),
        (2**31 - 1, "2147483647"),
        (2**31, "BIGINT '2147483648'"),
        (-(2**63) + 1, "BIGINT '-9223372036854775807'"),
        (0.05, "DOUBLE '0.05'"),
        (1e-7, "DOUBLE '1e-07'"),
        (Decimal("1.50"), "DECIMAL '1.50'"),
        (Decimal("1E-7"), "DECIMAL '0.0000001'"),
        (datetime(2025, 1, 1, 10, 0, 0, 123_000, tzinfo=UTC), "TIMESTAMP '2025-01-01 10:00:00.123'"),
        (datetime.fromisoformat("2025-01-01T01:30:00+02:00"), "TIMESTAMP '2024-12-31 23:30:00.000'"),
        (date(2025, 1, 31), "DATE '2025-01-31'"),
        (DayText(date(2025, 1, 31)), "'2025-01-31'"),
        (CurrencyCode("EUR"), "'EUR'"),
        (Span.PREVIOUS, "'previous'"),
        (Span.QUOTED, "'it''s'"),
    ],
)
def test_a_value_has_a_literal_of_its_type(value: OwnValue, text: str) -> None:
    assert literal(value) == text
    assert isinstance(sqlglot.parse_one(f"SELECT {text}", read="athena"), exp.Select)


@given(st.text())
def test_a_text_of_a_caller_is_not_a_literal(text: str) -> None:
    as_any: Any = text
    with pytest.raises(TypeError):
        literal(as_any)


@pytest.mark.parametrize("value", [None, ["x"], b"x"])
def test_only_values_of_a_known_type_are_literals(value: Any) -> None:
    with pytest.raises(TypeError):
        literal(value)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), Decimal("NaN"), 2**63, -(2**63)])
def test_numbers_beyond_their_type_are_refused(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="not a"):
        literal(value)


@pytest.mark.parametrize("code", ["", "eur", "EURO", "E'R", "EUR\n"])
def test_only_three_capital_letters_are_the_code_of_a_currency(code: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        CurrencyCode(code)


@pytest.mark.parametrize(
    "value",
    [
        "EU",
        "O'Hara",
        "'",
        "''",
        "a'b''c",
        "\\",
        "\\'",
        "x') OR 1=1; DROP TABLE transactions; --",
        "é\n\t☃",
        "?",
        "%s {x} $1",
    ],
)
def test_a_quoted_text_parses_back_to_itself(value: str) -> None:
    read = sqlglot.parse_one(f"SELECT {quoted(value)}", read="trino").expressions

    assert [(type(each), each.this) for each in read] == [(exp.Literal, value)]
