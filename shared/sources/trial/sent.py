"""Parts of a mapping as a client sent them; parts with an invalid schema are left out, because it reports them."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.mapping.model import MOST_NAMES
from shared.records.schema import RecordSchema

Sent = Mapping[str, Any]
Path = tuple[str | int, ...]
Fault = tuple[Path, str, Any]
"""Path of the error, message, and the value that was sent."""


def entries(mapping: Sent, table: str, kind: Any) -> list[tuple[str, Any]]:
    """Return the entries of a table that have the right shape; none of a table that is too long."""
    found = mapping.get(table)
    if not isinstance(found, dict) or len(found) > MOST_NAMES:
        return []
    return [(name, value) for name, value in found.items() if isinstance(value, kind)]


def rules(mapping: Sent, name: str) -> list[tuple[int, Sent]]:
    """Return the objects of a list, with their positions."""
    found = mapping.get(name)
    if not isinstance(found, list) or len(found) > MOST_NAMES:
        return []
    return [(number, rule) for number, rule in enumerate(found) if isinstance(rule, dict)]


def has_shape(model: TypeAdapter[Any], value: Any) -> bool:
    """Whether a value has the shape that the schema wants."""
    try:
        model.validate_python(value)
    except ValidationError:
        return False
    return True


def unknown_field(schema: RecordSchema, name: str) -> str:
    """Return the message about a field that does not exist, with the closest name that does."""
    known = schema.by_name
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"must name a field of {schema.data_type}; {hint}fields are {', '.join(known)}"
