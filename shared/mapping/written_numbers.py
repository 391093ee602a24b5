"""Reads single numbers as a source writes them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from shared.mapping.number_format import APOSTROPHES, MINUS, SPACES, NumberFormat
from shared.records.plain_numbers import EXACT, LONGEST_NUMBER, decimal_text, plain_decimal

_LONGEST_SHOWN = 50
_SPACE = f"[{SPACES}]*"


class UnreadableNumber(ValueError):
    """A text is not a number in the declared format; the message is the reason."""


def plain_number(text: str, written: NumberFormat) -> str | None:
    """Read a number; None if the text is blank. Minor units are left to `major_units`.

    Raises:
        UnreadableNumber: the text is not a number in this format, or has several readings.
    """
    stripped = text.strip()
    if not stripped:
        return None
    found = _read(stripped, _reading_of(written)) if len(stripped) <= LONGEST_NUMBER else None
    if found is None:
        raise UnreadableNumber(f"{stripped[:_LONGEST_SHOWN]!r} is not a number as described in numbers")
    return found


def major_units(number: str, places: int) -> str:
    """Convert a plain number of minor units, such as cents, to the currency's unit.

    Args:
        number: a plain number.
        places: the decimal places of the currency.

    Raises:
        UnreadableNumber: it is not a whole number.
    """
    units = plain_decimal(number)
    if units is None or units != units.to_integral_value():
        shown = repr(number[:_LONGEST_SHOWN])
        raise UnreadableNumber(f"{shown} is not a whole number of minor units; remove minor_units if it is in units")
    return decimal_text(EXACT.scaleb(units, -places))


@dataclass(frozen=True)
class NumberPattern:
    """The parts of a regular expression for numbers in a format, as Python and RE2 understand them."""

    written: NumberFormat

    @property
    def separator(self) -> str:
        """A thousands separator."""
        thousands = self.written.thousands
        alike = next((each for each in (SPACES, APOSTROPHES) if thousands and thousands in each), thousands)
        return f"[{alike}]"

    @property
    def digits(self) -> str:
        """A number without sign, symbols and exponent."""
        whole, decimal = r"[0-9]+", f"[{self.written.decimal}]"
        if self.written.thousands:
            whole = rf"[1-9][0-9]{{0,2}}(?:{self.separator}[0-9]{{3}})+|{whole}"
        if self.written.thousands == ",":  # India: 12,40,000
            whole = rf"[1-9][0-9]?(?:,[0-9]{{2}})*,[0-9]{{3}}|{whole}"
        return rf"(?:(?:{whole})(?:{decimal}[0-9]*)?|{decimal}[0-9]+)"

    @property
    def symbol(self) -> str:
        """An optional symbol, with the spaces beside it."""
        longest_first = sorted(self.written.symbols, key=len, reverse=True)
        return f"{_SPACE}(?:{'|'.join(map(re.escape, longest_first))})?{_SPACE}" if longest_first else _SPACE


@dataclass(frozen=True)
class _Reading:
    signed: re.Pattern[str]
    in_parentheses: re.Pattern[str] | None
    separator: re.Pattern[str] | None
    decimal: str
    percent: bool


def _reading_of(written: NumberFormat) -> _Reading:
    return _compiled(written.model_dump_json())


@lru_cache(maxsize=100)
def _compiled(written: str) -> _Reading:
    form = NumberFormat.model_validate_json(written)
    parts = NumberPattern(form)
    after = rf"(?P<percent>{_SPACE}%)?" if form.percent else ""
    core = rf"(?P<number>{parts.digits}(?:e[+-]?[0-9]{{1,2}})?){after}{parts.symbol}"
    signed = rf"(?P<first>[-+])?{parts.symbol}(?P<second>[-+])?{_SPACE}{core}(?P<last>-)?"
    enclosed = rf"{parts.symbol}\({parts.symbol}{core}\){parts.symbol}"
    return _Reading(
        re.compile(signed, re.IGNORECASE),
        re.compile(enclosed, re.IGNORECASE) if form.negative_in_parentheses else None,
        re.compile(parts.separator) if form.thousands else None,
        form.decimal,
        form.percent,
    )


def _read(text: str, reading: _Reading) -> str | None:
    ascii_signs = text.replace(MINUS, "-")
    found, signs = reading.signed.fullmatch(ascii_signs), ""
    if found:
        signs = "".join(found[each] or "" for each in ("first", "second", "last"))
    elif reading.in_parentheses and (found := reading.in_parentheses.fullmatch(ascii_signs)):
        signs = "-"
    if found is None or len(signs) > 1:
        return None
    plain = found["number"] if reading.separator is None else reading.separator.sub("", found["number"])
    number = plain_decimal(signs + plain.replace(reading.decimal, "."))
    if number is None or not reading.percent:
        return None if number is None else decimal_text(number)
    marked = found["percent"] is not None
    return decimal_text(EXACT.scaleb(number, -2)) if marked or not number else None
