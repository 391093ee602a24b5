"""Ids of cohorts: they contain the whole question, so that any route can answer it without a look-up."""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from pydantic_core import CoreSchema, core_schema

from shared.records.value_schemas import LONGEST_TEXT
from shared.runtime.values import EARLIEST, LATEST, InvalidValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST, _LAST = ((moment - _EPOCH) // _MILLISECOND for moment in (EARLIEST, LATEST))
_DIGEST_BYTES = 6
NO_VALUE = "(none)"
"""The name of the cohort of decisions without the dimension."""

_NOT_AN_ID = "must be the id of a cohort as GET /analytics/cohorts lists it, unchanged"
_ENCODED = core_schema.plain_serializer_function_ser_schema(lambda cohort: cohort.encode())


class Dimension(StrEnum):
    """The fields of decisions by which cohorts are formed."""

    MERCHANT = "merchant"
    CHANNEL = "channel"
    GEOGRAPHY = "geography"
    DEVICE = "device"
    RISK_BAND = "risk_band"
    MODEL_VERSION = "model_version"
    RULE_VERSION = "rule_version"


@dataclass(frozen=True)
class CohortId:
    """The decisions of a half-open range of time with one value of a dimension, or without any (`value` is None).

    Times are in UTC, in whole milliseconds. `as_of` is the time up to which decisions and labels count, where the
    question named one. As the type of a parameter or field it is read from its id, and written as its id.
    """

    dimension: Dimension
    value: str | None
    start: datetime
    end: datetime
    as_of: datetime | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """Return the schema of a parameter: the id, as text."""
        text = core_schema.str_schema(strict=True)
        return core_schema.no_info_after_validator_function(cls.decode, text, serialization=_ENCODED)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        """Return the JSON schema of the id."""
        return {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}

    @property
    def name(self) -> str:
        """The name of the cohort in answers; `(none)` for decisions without the dimension."""
        return NO_VALUE if self.value is None else self.value

    def encode(self) -> str:
        """Return the id: letters, digits, `-` and `_` only, and equal for equal cohorts."""
        moments = (self.start, self.end) if self.as_of is None else (self.start, self.end, self.as_of)
        content = orjson.dumps([self.dimension, self.value, *map(_milliseconds, moments)])
        return urlsafe_b64encode(_digest(content) + content).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> "CohortId":
        """Read an id.

        The digest in it reveals damage, it is no signature: ids are questions and permit nothing.

        Raises:
            InvalidValue: no cohort has this id; as a `ValueError`, pydantic reports it for the field or parameter.
        """
        try:
            content = urlsafe_b64decode(text + "=" * (-len(text) % 4))[_DIGEST_BYTES:]
            found = _cohort(orjson.loads(content))
        except (UnicodeEncodeError, ValueError, binascii.Error, orjson.JSONDecodeError):
            raise InvalidValue(_NOT_AN_ID) from None
        if found is None or found.encode() != text:
            raise InvalidValue(_NOT_AN_ID)
        return found


def _cohort(content: Any) -> CohortId | None:
    """Make a cohort of the content of an id; None if the content is of another form."""
    match content:
        case [str(dimension), str() | None as value, int(start), int(end), *rest] if value is None or value:
            given = (start, end, *rest)
        case _:
            return None
    if len(rest) > 1 or not all(isinstance(each, int) and _FIRST <= each <= _LAST for each in given) or start >= end:
        return None
    if value is not None and len(value) > LONGEST_TEXT:
        return None
    return CohortId(Dimension(dimension), value, *(_EPOCH + each * _MILLISECOND for each in given))


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()
