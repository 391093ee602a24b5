"""SQL as a value: the text and what stands for each `?` in it, which travels as an execution parameter."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.runtime.models import utc

Value = str | int | Decimal | datetime


@dataclass(frozen=True)
class Statement:
    """SQL in Athena's dialect with a `?` for every value, and the values in their order."""

    text: str
    values: tuple[Value, ...] = ()

    def __add__(self, other: "Statement") -> "Statement":
        """Write one behind the other."""
        return Statement(f"{self.text} {other.text}".strip(), self.values + other.values)


def literal(value: Value) -> str:
    """Write a value as an SQL literal, which is the form execution parameters have.

    Moments are text for `CAST(? AS timestamp)`: UTC, to the millisecond.
    """
    match value:
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"'{utc(value).replace(tzinfo=None).isoformat(' ', 'milliseconds')}'"
        case _:
            return str(value)
