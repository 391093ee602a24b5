"""Features of decisions as stored: a value is the text of a JSON scalar, so that 1, `"1"` and true differ.

The column is a map of text to text. Rows from before types were kept have texts without quotes: whatever is not a JSON
number, a boolean or a JSON string is read as text. A text of that time which looks like a number is read as a number.
"""

import json
import math
import re
from enum import StrEnum
from typing import TypeAlias

import orjson

FeatureValue: TypeAlias = str | float | bool


class Stored(StrEnum):
    """How scalars are stored: the booleans, and a regular expression of numbers, for Athena and Python alike."""

    TRUE = "true"
    FALSE = "false"
    NUMBER = "^-{0,1}(0|[1-9][0-9]*)([.][0-9]+){0,1}([eE][+-]{0,1}[0-9]+){0,1}$"


_NUMBER = re.compile(Stored.NUMBER)
_EXACT = 2**53
"""Whole numbers from here on are not exact as floats, and are not written as integers."""


def encode(value: FeatureValue) -> str:
    """Write a value as stored: `1`, `0.5`, `true`, or a text in quotes.

    Args:
        value: text, a finite number or a boolean.
    """
    if isinstance(value, bool):
        return str(Stored.TRUE if value else Stored.FALSE)
    if isinstance(value, str):
        return orjson.dumps(value).decode()
    return json.dumps(int(value) if value == int(value) else value)


def decode(stored: str) -> FeatureValue:
    """Read a stored value; a whole number is an integer if a float holds it exactly."""
    if stored in {Stored.TRUE, Stored.FALSE}:
        return stored == Stored.TRUE
    if _NUMBER.fullmatch(stored):
        number = float(stored)
        if math.isfinite(number):
            return int(number) if abs(number) < _EXACT and number.is_integer() else number
        return stored
    return _unquoted(stored)


def former_form(stored: str) -> str:
    """Return a stored value as it was stored before types were kept, unless that would be read as another value.

    Contents of rows are compared in this form, so that a decision from before, delivered again, is the same.
    """
    text = _unquoted(stored)
    return text if decode(text) == text else stored


def _unquoted(stored: str) -> str:
    """Return the text of a JSON string; anything else is a text itself."""
    if not stored.startswith('"'):
        return stored
    try:
        text = orjson.loads(stored)
    except orjson.JSONDecodeError:
        return stored
    return str(text)
