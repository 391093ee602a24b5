"""The id of a source, and the namespace of the ids in its records."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

LONGEST_ID = 128
"""In characters."""

SOURCE_ID = r"^[A-Za-z0-9-]{3,50}$"


def _source_id(text: str) -> str:
    if not re.fullmatch(SOURCE_ID, text):
        raise ValueError("must be 3 to 50 letters, digits or hyphens")
    return text


SourceId = Annotated[
    str,
    AfterValidator(_source_id),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": 50, "pattern": SOURCE_ID}),
    Field(description="Id of the source: 3 to 50 letters, digits or hyphens.", examples=["web-shop"]),
]

DEFAULT_NAMESPACE = "default"
"""The namespace that all sources share unless they are configured otherwise; it has no prefix."""

Namespace = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")]
"""A namespace: 1 to 32 letters, digits or hyphens, so that the first colon of an id ends its prefix."""


def prefix_of(namespace: str) -> str:
    """Return what precedes every id of a namespace."""
    return "" if namespace == DEFAULT_NAMESPACE else f"{namespace}:"


def id_too_long(prefix: str) -> str:
    """Return the error message of an id that is too long with its prefix."""
    return f"must have at most {LONGEST_ID - len(prefix)} characters, because the namespace puts {prefix} before it"
