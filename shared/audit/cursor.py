"""Where the next part of a verification begins, as a text that clients send back as it is."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from pydantic import TypeAdapter, ValidationError

from shared.audit.verification import Place

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
