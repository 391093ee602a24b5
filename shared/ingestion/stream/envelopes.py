"""Parses the texts of a Kinesis batch: all at once if they are surely valid, otherwise one by one with errors."""

import base64
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, TypeAdapter, ValidationError

from shared.ingestion.models import LONGEST_CORRELATION_ID, BatchIngestionRequest, DataFormat, StreamIngestionRequest
from shared.ingestion.pii import strip_personal_data
from shared.ingestion.stream.decoding import DecodedPart, Undecodable
from shared.lake.files.json_documents import split_documents
from shared.lake.validation.text_columns import all_fully_written
from shared.records.ids import SOURCE_ID
from shared.records.malformed import MalformedRecord
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form
from shared.runtime import strict_json

Envelope = Mapping[str, Any]


def _reject_parquet(request: BatchIngestionRequest) -> BatchIngestionRequest:
    if request.format is DataFormat.PARQUET:
        raise ValueError("Parquet cannot be sent in a stream record")
    return request


_ENVELOPE = TypeAdapter(StreamIngestionRequest)
_BODY: TypeAdapter[BatchIngestionRequest] = TypeAdapter(
    Annotated[BatchIngestionRequest, AfterValidator(_reject_parquet)]
)
_DATA_TYPES = frozenset(DataType)
_IMPERSONAL = [schema.data_type for schema in SCHEMAS.values() if not schema.personal_fields_dropped]


@dataclass(frozen=True)
class BatchBody:
    """The body of a batch request, sent as a record of the stream."""

    source_id: str
    data_type: str
    form: Form
    rows: Sequence[Any]


Message = Envelope | BatchBody
"""What a producer sends: one record, or a batch of records."""


@dataclass(frozen=True)
class ParsedPart:
    """The messages of a part of a batch, and the malformed records.

    Each message has a position and the number of its Kinesis record. Positions count the records inside messages, so
    that each has its own: the position of a batch body is that of its first record.
    """

    messages: Sequence[tuple[int, int, Message]]
    malformed: Sequence[MalformedRecord] = ()


def parse(part: DecodedPart) -> ParsedPart:
    """Parse the texts of a part of a batch. A text may be several JSON documents, such as one per line."""
    return _parse_at_once(part) or _parse_documents(_split_texts(part))


def _parse_at_once(part: DecodedPart) -> ParsedPart | None:
    envelopes = _parse_joined(part.texts)
    if envelopes is None:
        return None
    return ParsedPart(list(zip(range(len(envelopes)), part.records, envelopes, strict=True)))


def _parse_documents(part: DecodedPart) -> ParsedPart:
    return _parse_at_once(part) or _number_messages(part.records, map(_parse_message, part.texts))


def _split_texts(part: DecodedPart) -> DecodedPart:
    texts: list[bytes | Undecodable] = []
    records: list[int] = []
    for text, record in zip(part.texts, part.records, strict=True):
        documents = split_documents(text) if isinstance(text, bytes) else [text]
        texts += documents
        records += [record] * len(documents)
    return DecodedPart(texts, records)


def _number_messages(records: Sequence[int], found: Iterable[Message | Undecodable]) -> ParsedPart:
    messages: list[tuple[int, int, Message]] = []
    malformed: list[MalformedRecord] = []
    place = 0
    for record, each in zip(records, found, strict=True):
        if isinstance(each, Undecodable):
            malformed.append(MalformedRecord(place, each.raw, each.code, each.message))
        else:
            messages.append((place, record, each))
        place += len(each.rows) if isinstance(each, BatchBody) else 1
    return ParsedPart(messages, malformed)


def _parse_joined(texts: Sequence[bytes | Undecodable]) -> Sequence[Envelope] | None:
    """Parse all texts as one JSON document; return None if any of them may be invalid.

    A random marker between the texts proves that none of them closes a bracket that another one opened.
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
    return envelopes if _all_valid(envelopes) else None


def _all_valid(envelopes: Sequence[Any]) -> bool:
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


def _parse_message(text: bytes | Undecodable) -> Message | Undecodable:
    if isinstance(text, Undecodable):
        return text
    try:
        value = strict_json.loads(text)
    except strict_json.NotStrictJson as error:
        return Undecodable(_as_text(text), "json", str(error))
    try:
        return _message(value)
    except ValidationError as failure:
        problems = failure.errors(include_url=False, include_context=False)
        reasons = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['msg']}" for each in problems)
        return Undecodable(orjson.dumps(_redact(value)).decode(), "envelope", reasons)


def _message(value: Any) -> Message:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        _ENVELOPE.validate_python(value)
        return value  # type: ignore[no-any-return] # validated to be an object
    request = _BODY.validate_python(value)
    form = Form.TYPED if request.format is DataFormat.JSON else Form.TEXT
    return BatchBody(request.source_id, request.data_type, form, request.data)


def _redact(value: Any) -> Any:
    """Remove personal fields from a record with an invalid envelope, unless its data type has none."""
    data_type = value.get("data_type") if isinstance(value, dict) else None
    if data_type in _IMPERSONAL:
        return value
    (redacted,), _ = strip_personal_data([value])
    return redacted


def _as_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()
