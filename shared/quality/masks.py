"""Masks sample values: the shape of ids and texts, never the values themselves."""

from typing import Any

from shared.records.schema import Field, Kind

LONGEST_MASK = 24
_OPEN = {Kind.MONEY, Kind.QUANTITY, Kind.NUMBER, Kind.TIMESTAMP, Kind.CHOICE, Kind.CURRENCY, Kind.BOOLEAN}
"""Kinds whose valid values identify no person. An integer may be a year of birth, and an invalid value anything."""


def mask(value: Any) -> str:
    """Replace letters by x and digits by 9; truncated to 24 characters."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    drawn = "".join(_mask_char(letter) for letter in text[:LONGEST_MASK])
    return text if value is None or isinstance(value, bool) else drawn + ("…" if len(text) > LONGEST_MASK else "")


def _mask_char(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter.isascii() and not letter.isalpha():
        return letter if letter.isprintable() else "?"
    return "x"


def mask_if_personal(field: Field, value: Any) -> str:
    """Return a valid value, masked if it may be an id or personal."""
    return str(value) if field.kind in _OPEN and value is not None else mask(value)
