"""Where the next part of a verification begins, and the text for it that clients send back as it is."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

_LONGEST_KEY = 1024
"""Bytes of a sort key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
Marker = tuple[str, str]
"""The key and the version of the last anchor of a page."""


def _fits_a_key(text: str) -> str:
    if len(text.encode()) > _LONGEST_KEY:
        raise ValueError("is too long")
    return text


@dataclass(frozen=True)
class Place:
    """Where a part begins.

    Attributes:
        chain: the index of the chain; their number when only anchors are left.
        after: the key of the entry in it that was verified last, if there is one.
        number: the highest number of an entry so far; keys that were tampered with have none.
        anchor: the last anchor that was read.
    """

    chain: Annotated[int, Field(ge=0)] = 0
    after: Annotated[str, AfterValidator(_fits_a_key)] = ""
    number: Annotated[int, Field(ge=0)] = 0
    anchor: Marker | None = None


_PLACES = TypeAdapter(Place)


def written(place: Place) -> str:
    """Return the cursor of a place."""
    return urlsafe_b64encode(_PLACES.dump_json(place)).decode()


def read(cursor: str) -> Place:
    """Return the place of a cursor.

    Raises:
        ValueError: the text is not a cursor.
    """
    try:
        return _PLACES.validate_json(urlsafe_b64decode(cursor))
    except (binascii.Error, UnicodeEncodeError, ValidationError):
        raise ValueError("must be `next` of the previous response") from None
