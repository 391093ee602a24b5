"""The texts of a part of the event stream, read: at once where nothing is in doubt, else one by one with reasons."""

import base64
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, TypeAdapter, ValidationError

from shared.ingestion.delivery import Malformed
from shared.ingestion.models import LONGEST_CORRELATION_ID, BatchIngestionRequest, DataFormat, StreamIngestionRequest
from shared.ingestion.pii import without_personal_data
from shared.ingestion.stream.payloads import Unpacked, Unreadable
from shared.lake.validation.text_columns import all_fully_written
from shared.records.catalogue import SCHEMAS
from shared.records.ids import SOURCE_ID
from shared.records.schema import DataType
from shared.records.validation import Form
from shared.runtime import strict_json

Envelope = Mapping[str, Any]


def _of_text(request: BatchIngestionRequest) -> BatchIngestionRequest:
    if request.format is DataFormat.PARQUET:
        raise ValueError("Parquet cannot be sent in a stream record")
    return request


_ENVELOPE = TypeAdapter(StreamIngestionRequest)
_BODY: TypeAdapter[BatchIngestionRequest] = TypeAdapter(Annotated[BatchIngestionRequest, AfterValidator(_of_text)])
_DATA_TYPES = frozenset(DataType)
_IMPERSONAL = [schema.data_type for schema in SCHEMAS.values() if not schema.personal_fields_dropped]


@dataclass(frozen=True)
class Body:
    """The body of a batch request, as a record of the stream."""

    source_id: str
    data_type: str
    form: Form
    rows: Sequence[Any]


Message = Envelope | Body
"""What a producer sends: one record, or many."""


@dataclass(frozen=True)
class Part:
    """A part of a run: its good messages, and the malformed ones.

    Each message comes with a place and with the number of the record of the run that it was in. Places count all
    that the part holds, so that each record has one of its own: the first one of a body has the place of the body.
    """

    messages: Sequence[tuple[int, int, Message]]
    malformed: Sequence[Malformed] = ()


def read(part: Unpacked) -> Part:
    """Read the texts of a part of a run."""
    envelopes = _all_at_once(part.found)
    if envelopes is not None:
        return Part(list(zip(range(len(envelopes)), part.records, envelopes, strict=True)))
    return _placed(part.records, map(_read, part.found))


def _placed(records: Sequence[int], found: Iterable[Message | Unreadable]) -> Part:
    messages: list[tuple[int, int, Message]] = []
    malformed: list[Malformed] = []
    place = 0
    for record, each in zip(records, found, strict=True):
        if isinstance(each, Unreadable):
            malformed.append(Malformed(place, each.raw, each.code, each.message))
        else:
            messages.append((place, record, each))
        place += len(each.rows) if isinstance(each, Body) else 1
    return Part(messages, malformed)


def _all_at_once(texts: Sequence[bytes | Unreadable]) -> Sequence[Envelope] | None:
    """Read all texts as one document; None if any of them is in doubt, or no envelope.

    A random mark between each two proves that none of them opens what another closes.
    """
    mark = secrets.token_hex(8)
    readable = [text for text in texts if isinstance(text, bytes)]
    try:
        together = strict_json.loads(b"[" + f',"{mark}",'.encode().join(readable) + b"]")
    except strict_json.NotStrictJson:
        return None
    envelopes, marks = together[::2], together[1::2]
    if len(envelopes) != len(texts) or any(each != mark for each in marks):
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


def _read(text: bytes | Unreadable) -> Message | Unreadable:
    if isinstance(text, Unreadable):
        return text
    try:
        value = strict_json.loads(text)
    except strict_json.NotStrictJson as error:
        return Unreadable(_as_text(text), "json", str(error))
    try:
        return _message(value)
    except ValidationError as failure:
        problems = failure.errors(include_url=False, include_context=False)
        reasons = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['msg']}" for each in problems)
        return Unreadable(orjson.dumps(_fit_to_keep(value)).decode(), "envelope", reasons)


def _message(value: Any) -> Message:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        _ENVELOPE.validate_python(value)
        return value  # type: ignore[no-any-return] # it is an object now
    request = _BODY.validate_python(value)
    form = Form.TYPED if request.format is DataFormat.JSON else Form.TEXT
    return Body(request.source_id, request.data_type, form, request.data)


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
