"""The payloads of a run of the event stream, read: at once where nothing is in doubt, else one by one with reasons."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.ingestion.delivery import Malformed
from shared.ingestion.models import LONGEST_CORRELATION_ID, SOURCE_ID, StreamIngestionRequest
from shared.ingestion.personal import without_personal_data
from shared.lake.intake import all_fully_written
from shared.records.catalogue import SCHEMAS
from shared.records.schema import DataType
from shared.runtime import strict_json

Envelope = Mapping[str, Any]
_ENVELOPE = TypeAdapter(StreamIngestionRequest)
_DATA_TYPES = frozenset(DataType)
_IMPERSONAL = [schema.data_type for schema in SCHEMAS.values() if not schema.personal_fields_dropped]


@dataclass(frozen=True)
class ReadRun:
    """The good envelopes of a run with their places, and the malformed records."""

    envelopes: Sequence[tuple[int, Envelope]]
    malformed: list[Malformed] = field(default_factory=list)


def read_run(payloads: Sequence[str]) -> ReadRun:
    """Read the base64 payloads of a run."""
    at_once = _all_at_once(payloads)
    return ReadRun(list(enumerate(at_once))) if at_once is not None else _one_by_one(payloads)


def _all_at_once(payloads: Sequence[str]) -> list[Envelope] | None:
    """Read all payloads as one document; None if any of them is in doubt.

    A random mark between each two proves that none of them opens what another closes.
    """
    mark = secrets.token_hex(8)
    try:
        texts = [binascii.a2b_base64(payload, strict_mode=True) for payload in payloads]
        together = strict_json.loads(b"[" + f',"{mark}",'.encode().join(texts) + b"]")
    except ValueError:  # no base64, or not the JSON that the platform takes
        return None
    envelopes, marks = together[::2], together[1::2]
    if len(envelopes) != len(payloads) or any(each != mark for each in marks):
        return None
    return envelopes if _beyond_doubt(envelopes) else None


def _beyond_doubt(envelopes: Sequence[Any]) -> bool:
    try:
        sources = {each["source_id"] for each in envelopes}
        types = {each["data_type"] for each in envelopes}
        correlations = {each.get("correlation_id") for each in envelopes}
        kinds = {type(each["data"]) for each in envelopes if each["data"]}
        times = [each["timestamp"] for each in envelopes]
    except (KeyError, TypeError, AttributeError):
        return False
    return (
        kinds == {dict}
        and all(each["data"] for each in envelopes)
        and all(isinstance(text, str) and re.fullmatch(SOURCE_ID, text) for text in sources)
        and types <= _DATA_TYPES
        and all(text is None or _is_correlation_id(text) for text in correlations)
        and set(map(type, times)) == {str}
        and all_fully_written(times)
    )


def _is_correlation_id(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_CORRELATION_ID


def _one_by_one(payloads: Sequence[str]) -> ReadRun:
    envelopes: list[tuple[int, Envelope]] = []
    malformed: list[Malformed] = []
    for place, payload in enumerate(payloads):
        try:
            data = base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            malformed.append(Malformed(place, payload, "base64", "is not valid base64"))
            continue
        read = _read(place, data)
        if isinstance(read, Malformed):
            malformed.append(read)
        else:
            envelopes.append((place, read))
    return ReadRun(envelopes, malformed)


def _read(place: int, data: bytes) -> Envelope | Malformed:
    try:
        value = strict_json.loads(data)
        _ENVELOPE.validate_python(value)
    except strict_json.NotStrictJson as error:
        return Malformed(place, _as_text(data), "json", str(error))
    except ValidationError as failure:
        problems = failure.errors(include_url=False, include_context=False)
        reasons = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['msg']}" for each in problems)
        return Malformed(place, orjson.dumps(_fit_to_keep(value)).decode(), "envelope", reasons)
    envelope: Envelope = value
    return envelope


def _fit_to_keep(value: Any) -> Any:
    """What quarantine may hold of a record with a wrong envelope: nothing personal, unless it is surely no customer."""
    told = value.get("data_type") if isinstance(value, dict) else None
    if told in _IMPERSONAL:
        return value
    (kept,), _ = without_personal_data([value])
    return kept


def _as_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()
