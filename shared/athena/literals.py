"""SQL literals of the platform's own values, each of its type. Texts of callers never become literals."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite

from shared.runtime.models import utc

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LARGEST_INTEGER, _LARGEST_BIGINT = 2**31 - 1, 2**63 - 1


@dataclass(frozen=True)
class DayText:
    """A UTC day as tables have it that are partitioned by a text, `yyyy-MM-dd`."""

    day: date

    def __str__(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True)
class CurrencyCode:
    """The code of a currency that the platform itself chooses.

    Raises:
        ValueError: it is not made of three capital letters.
    """

    code: str

    def __post_init__(self) -> None:
        if not _CURRENCY.fullmatch(self.code):
            raise ValueError("not the code of a currency")

    def __str__(self) -> str:
        return self.code


OwnValue = bool | int | float | Decimal | date | datetime | StrEnum | DayText | CurrencyCode
"""Values that become literals. A text is among them only as a member of an enumeration of this source."""


def literal(value: OwnValue) -> str:
    """Write a value as a literal of its type; a moment is in UTC, to the millisecond.

    Raises:
        TypeError: the value is of another type, such as a text.
        ValueError: the number is beyond its type, or not finite.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return _whole_number(value)
        case float() | Decimal():
            return _number(value)
        case datetime():
            return f"TIMESTAMP {quoted(utc(value).replace(tzinfo=None).isoformat(' ', 'milliseconds'))}"
        case date():
            return f"DATE {quoted(value.isoformat())}"
        case StrEnum() | DayText() | CurrencyCode():
            return quoted(str(value))
        case _:
            raise TypeError(f"not a value of the platform: {type(value).__name__}")


def quoted(text: str) -> str:
    """Write a text as a literal, which is the form that execution parameters have."""
    return "'" + text.replace("'", "''") + "'"


def _whole_number(value: int) -> str:
    """Write a number, which is an INTEGER if it fits; a negative one beyond would be the negation of one too large."""
    if abs(value) > _LARGEST_BIGINT:
        raise ValueError("not a BIGINT")
    return str(value) if abs(value) <= _LARGEST_INTEGER else f"BIGINT '{value}'"


def _number(value: float | Decimal) -> str:
    if not isfinite(value):
        raise ValueError("not a finite number")
    return f"DOUBLE '{value!r}'" if isinstance(value, float) else f"DECIMAL '{value:f}'"
