"""Numbers as sources write them: one reading, or an error."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.mapping.number_format import NumberFormat
from shared.mapping.written_numbers import UnreadableNumber, major_units, plain_number

AMERICAN: dict[str, Any] = {"thousands": ",", "symbols": ["$", "USD", "US$"], "negative_in_parentheses": True}
GERMAN: dict[str, Any] = {"decimal": ",", "thousands": ".", "symbols": ["€", "EUR"]}
FRENCH: dict[str, Any] = {"decimal": ",", "thousands": " ", "symbols": ["€"]}
SWISS: dict[str, Any] = {"thousands": "'", "symbols": ["CHF"]}
PERCENT: dict[str, Any] = {"percent": True}


@pytest.mark.parametrize(
    ("written", "text", "number"),
    [
        ({}, "1240.50", "1240.5"),
        ({}, ".99", "0.99"),
        ({}, "10.", "10"),
        ({}, "+5", "5"),
        ({}, "1e3", "1000"),
        ({}, "-0", "0"),
        ({}, "\u22125.0", "-5"),
        ({}, "5-", "-5"),
        (AMERICAN, "$1,240.00", "1240"),
        (AMERICAN, "($40.00)", "-40"),
        (AMERICAN, "$(40.00)", "-40"),
        (AMERICAN, "-$12.00", "-12"),
        (AMERICAN, "$-12.00", "-12"),
        (AMERICAN, "usd 1,240,000", "1240000"),
        (AMERICAN, "US$ 5", "5"),
        (AMERICAN, "5.5 USD", "5.5"),
        (AMERICAN, "12,40,000.5", "1240000.5"),
        (AMERICAN, "1,00,000", "100000"),
        (AMERICAN, "1240", "1240"),
        (GERMAN, "1.240,50 €", "1240.5"),
        (GERMAN, "-1.240", "-1240"),
        (GERMAN, "1,240", "1.24"),
        (GERMAN, "12,5\u00a0€", "12.5"),
        (FRENCH, "1\u202f240,50\u00a0€", "1240.5"),
        (FRENCH, "1 240", "1240"),
        (SWISS, "CHF 1\u2019240.50", "1240.5"),
        (PERCENT, "20%", "0.2"),
        (PERCENT, "-7.5 %", "-0.075"),
        (PERCENT, "0", "0"),
        ({}, " ", None),
    ],
)
def test_a_number_has_one_reading(written: dict[str, Any], text: str, number: str | None) -> None:
    assert plain_number(text, NumberFormat(**written)) == number


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ({}, "1,240"),
        ({}, "$5"),
        ({}, "(5)"),
        ({}, "20%"),
        ({}, "1 240"),
        ({}, "--5"),
        ({}, "-5-"),
        ({}, "."),
        ({}, "1e400"),
        ({}, "0x10"),
        ({}, "NaN"),
        ({}, "\u0661\u0662"),
        ({}, "9" * 61),
        (AMERICAN, "1,24"),
        (AMERICAN, "1,2400"),
        (AMERICAN, "0,240"),
        (AMERICAN, "12,4,000"),
        (AMERICAN, "1,240,00"),
        (AMERICAN, "(-40)"),
        (AMERICAN, "-(40)"),
        (AMERICAN, "(40"),
        (AMERICAN, "€5"),
        (AMERICAN, "$"),
        (AMERICAN, "1.240,50"),
        (GERMAN, "1.24"),
        (GERMAN, "1240.50"),
        (GERMAN, "1.00.000"),
        (FRENCH, "1 24"),
        (PERCENT, "20"),
        (PERCENT, "%"),
    ],
)
def test_what_has_no_certain_reading_is_refused(written: dict[str, Any], text: str) -> None:
    with pytest.raises(UnreadableNumber, match="is not a number as described in numbers"):
        plain_number(text, NumberFormat(**written))


@pytest.mark.parametrize(("units", "places", "amount"), [("1240", 2, "12.4"), ("-5", 3, "-0.005"), ("500.0", 0, "500")])
def test_minor_units_are_whole(units: str, places: int, amount: str) -> None:
    assert major_units(units, places) == amount
    with pytest.raises(UnreadableNumber, match="remove minor_units"):
        major_units("12.40", places)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"decimal": ",", "thousands": ","}, "different separators"),
        ({"percent": True, "minor_units": True}, "not both"),
        ({"thousands": "_"}, "or empty for none"),
        ({"symbols": ["5"]}, "currency symbol or unit"),
        ({"symbols": [" "]}, "currency symbol or unit"),
        ({"symbols": ["("]}, "currency symbol or unit"),
    ],
)
def test_a_format_with_several_readings_is_refused(written: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NumberFormat(**written)
