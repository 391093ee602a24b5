"""JSON pointers (RFC 6901), by which errors name the fields of a body."""

from collections.abc import Mapping
from typing import Any

from shared.runtime.errors import FieldError
from shared.runtime.phrases import phrase


def pointer(*steps: str | int) -> str:
    """Return a JSON pointer."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def mistake(problem: Mapping[str, Any]) -> FieldError:
    """Return an error as pydantic lists it as the error of a field."""
    rejected = None if problem["type"] == "missing" else problem["input"]
    return FieldError(pointer(*problem["loc"]), phrase(problem), rejected)
