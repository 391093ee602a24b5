"""Validates amounts of money and quantities: exact decimals with a fixed number of places."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

from shared.records.plain_numbers import plain_decimal, without_noise
from shared.records.schema import Field

MONEY_BOUND = 10**12
"""Exclusive maximum of the absolute value of an amount of money."""

QUANTITY_BOUND = 10**9
"""Inclusive maximum of the absolute value of a quantity."""

MONEY_PLACES = 6
QUANTITY_PLACES = 4

_NOT_PLAIN = "must be a plain number such as 1240.5; if it has separators or symbols, describe them in mappings.numbers"
_WHOLE = "must be a whole number"


def money_check(each: Field) -> Callable[[Any], Decimal]:
    """Return what reads an amount of money: a number or decimal text."""
    low = "0" if each.minimum == 0 else "above -10^12"
    out_of_range = f"must be an amount from {low} to below 10^12, as a number or decimal text"

    def check(value: Any) -> Decimal:
        number = _decimal(value, texts=True)
        if number is None:
            raise PydanticCustomError("money", _why_not(value, out_of_range))
        if not _is_money(each, number):
            raise PydanticCustomError("money", out_of_range)
        kept = _kept(number, MONEY_PLACES)
        if not _is_money(each, kept):
            raise PydanticCustomError("money", out_of_range)
        return kept

    return check


def quantity_check(each: Field, *, texts: bool) -> Callable[[Any], Decimal]:
    """Return what reads a quantity: a number, or with `texts` decimal text."""
    low = -QUANTITY_BOUND if each.minimum is None else each.minimum

    def check(value: Any) -> Decimal:
        number = _decimal(value, texts=texts)
        if number is None:
            raise PydanticCustomError("type", _why_not(value if texts else None, "must be a number"))
        if not number.is_finite():
            raise PydanticCustomError("range", "must be a finite number")
        if not low <= number <= QUANTITY_BOUND:
            raise PydanticCustomError("range", f"must be from {low:.0f} to {QUANTITY_BOUND}")
        return _kept(number, QUANTITY_PLACES)

    return check


def number_in_text(value: Any) -> Any:
    """Read a number in text; other values are left to validation."""
    return float(_plain(value, "must be a number")) if isinstance(value, str) else value


def integer_in_text(value: Any) -> Any:
    """Read a whole number in text; other values are left to validation."""
    if not isinstance(value, str):
        return value
    number = _plain(value, _WHOLE)
    if number != number.to_integral_value():
        raise PydanticCustomError("type", _WHOLE)
    return int(number)


def _plain(text: str, message: LiteralString) -> Decimal:
    number = plain_decimal(text)
    if number is None:
        raise PydanticCustomError("type", _why_not(text, message))
    return number


def _why_not(value: Any, message: LiteralString) -> LiteralString:
    """Return what to do about text such as `1,240` or `$5`, which has several readings; else the message."""
    return _NOT_PLAIN if isinstance(value, str) and any(map(str.isdigit, value)) else message


def _decimal(value: Any, *, texts: bool) -> Decimal | None:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return plain_decimal(value) if texts and isinstance(value, str) else None


def _is_money(each: Field, number: Decimal) -> bool:
    if not number.is_finite() or abs(number) >= MONEY_BOUND:
        return False
    return each.minimum is None or number >= Decimal(each.minimum)


def _kept(number: Decimal, places: int) -> Decimal:
    kept = without_noise(number, places)
    if kept is None:
        raise PydanticCustomError(
            "decimal_places", f"must have at most {places} decimal places, because further ones would be lost"
        )
    return kept
