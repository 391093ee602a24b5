"""What a sample of a bad record may show: the shape of ids and texts, never the values themselves."""

from typing import Any

from shared.records.schema import Field, Kind

LONGEST_SHAPE = 24
_OPEN = {Kind.MONEY, Kind.QUANTITY, Kind.NUMBER, Kind.TIMESTAMP, Kind.CHOICE, Kind.CURRENCY, Kind.BOOLEAN}
"""Kinds whose valid values name nobody. A whole number may be a year of birth, and what is invalid may be anything."""


def shape(value: Any) -> str:
    """The outline of a value: letters as x, digits as 9, signs as they are, cut after 24 characters."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    drawn = "".join(_drawn(letter) for letter in text[:LONGEST_SHAPE])
    return text if value is None or isinstance(value, bool) else drawn + ("…" if len(text) > LONGEST_SHAPE else "")


def _drawn(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter.isascii() and not letter.isalpha():
        return letter if letter.isprintable() else "?"
    return "x"


def shown(field: Field, value: Any) -> str:
    """A valid value of a field, masked where it may be an id or tell of a person."""
    return str(value) if field.kind in _OPEN and value is not None else shape(value)
