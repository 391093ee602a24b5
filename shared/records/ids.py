"""The id of a source, as in requests and records."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

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
