"""Puts single records on the event stream, in the form that producers use."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.models import LARGEST_BATCH, StreamIngestionRequest
from shared.ingestion.nested_records import explode_all
from shared.mapping.model import MappingOf, SourceMapping
from shared.records.ids import LONGEST_ID, id_too_long
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import DECISION_UNKNOWN, Form, RowError, validate
from shared.runtime.errors import FieldError, InvalidRequest, PayloadTooLarge, Unavailable
from shared.runtime.request import UPLOAD_ROUTE
from shared.runtime.resources import Stream
from shared.sources.freshness import PendingRange

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

    from shared.ingestion.stream.accepted import AcceptedRecords
    from shared.runtime.models import Clock

EVENT_STREAM = Stream("event_stream", shards=2, retention_hours=7 * 24)

_LONGEST_KEY = 128
"""Half of the Kinesis limit in characters: a character outside the basic plane may count twice."""
LARGEST_RECORD = 1024 * 1024 - 4 * _LONGEST_KEY
"""In bytes; Kinesis accepts 1 MB of data and partition key together."""


@dataclass(frozen=True, kw_only=True)
class EventStream:
    """Puts single records on the event stream."""

    kinesis: "KinesisClient"
    stream_name: str
    mapping_of: MappingOf
    id_prefix_of: Callable[[str], str]
    accepted: "AcceptedRecords"
    clock: "Clock"

    def put(self, request: StreamIngestionRequest) -> str:
        """Validate a record and put it on the stream; return its shard and sequence number.

        Raises:
            InvalidRequest: the record is invalid for its data type.
            UnusableConfiguration: the configuration of its source cannot be applied.
            PayloadTooLarge: the record exceeds the 1 MB limit of a stream record.
            Unavailable: the stream is throttled.
        """
        body = request.model_dump(mode="json")
        data = orjson.dumps(body)
        if len(data) > LARGEST_RECORD:
            raise PayloadTooLarge(
                f"A record of the event stream has at most 1 MB; send a larger one as a file through {UPLOAD_ROUTE}"
            )
        records, times = self._validated(request, body)
        partition_key = _partition_key(request.data_type, records[0])
        try:
            placed = self.kinesis.put_record(StreamName=self.stream_name, Data=data, PartitionKey=partition_key)
        except self.kinesis.exceptions.ProvisionedThroughputExceededException:
            raise Unavailable("The event stream is at its limit; retry later", retry_after=1) from None
        self.accepted.add(request.data_type, placed["ShardId"], placed["SequenceNumber"], times)
        return f"{placed['ShardId']}:{placed['SequenceNumber']}"

    def _validated(
        self, request: StreamIngestionRequest, body: Mapping[str, Any]
    ) -> tuple[Sequence[Mapping[str, Any]], PendingRange]:
        """Return the records that a received one becomes, if all are valid, and their event times."""
        mapping, form = self.mapping_of(request.source_id, request.data_type), Form.TYPED
        records: Sequence[Any] = _records(body, mapping)
        errors: list[RowError] = []
        if mapping is not None:
            from shared.lake.mapping.apply import map_records  # noqa: PLC0415 # Arrow costs 100 ms: only mappings pay
            from shared.lake.mapping.nested_fields import with_fields  # noqa: PLC0415 # as above

            rows = with_fields(records, mapping, form)
            mapped = map_records(rows, mapping, SCHEMAS[request.data_type], form=form, places=range(len(rows)))
            errors += mapped.errors
            records, form = mapped.take(range(len(mapped))), Form.MAPPED
        validated = validate(request.data_type, records, form=form, at=self.clock())
        mapped_fields = {each.field for each in errors}
        errors += [each for each in validated.errors if each.field not in mapped_fields]
        wrong = [each for each in errors if each.code != DECISION_UNKNOWN]  # it may arrive before the label is read
        wrong = wrong or list(_ids_too_long(request.data_type, records, self.id_prefix_of(request.source_id)))
        if wrong:
            raise InvalidRequest("Request validation failed", field_errors=list(map(_field_error, wrong)))
        return records, _event_times(request.data_type, records, validated.rows)


def _event_times(data_type: DataType, records: Sequence[object], valid: Sequence[Mapping[str, Any]]) -> PendingRange:
    """Return the event times of records; any time if that of one of them is not known yet."""
    name = SCHEMAS[data_type].event_time
    times = [row[name] for row in valid if name is not None and row.get(name) is not None]
    return PendingRange(min(times), max(times)) if len(times) == len(records) else PendingRange()


def _records(body: Mapping[str, Any], mapping: "SourceMapping | None") -> Sequence[Any]:
    """Return the records in a received one, each with the time of the envelope if it has none of its own."""
    paths = None if mapping is None else mapping.nested
    if paths is None:
        return [embedded_record(body)]
    found = explode_all([body["data"]], paths, DataType(body["data_type"]), most=LARGEST_BATCH)
    reasons = [each.message for each in found.malformed]
    if len(found) > LARGEST_BATCH:
        reasons = [f"must have at most {LARGEST_BATCH} records"]
    if reasons or not found.rows:
        reason = reasons[0] if reasons else "must have records: their path in the source's mapping leads to empty lists"
        raise InvalidRequest("Request validation failed", field_errors=[FieldError("data", reason)])
    return [embedded_record({**body, "data": row}) for row in found.rows]


def _field_error(error: RowError) -> FieldError:
    return FieldError("data" + error.field.replace("/", "."), error.message, error.rejected_value)


def embedded_record(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record inside an envelope, with the envelope's time if it has none of its own."""
    record: dict[str, Any] = envelope["data"]
    if record.get("timestamp") is not None or SCHEMAS[envelope["data_type"]].event_time != "timestamp":
        return record
    return {**record, "timestamp": envelope["timestamp"]}


def _ids_too_long(data_type: DataType, records: Sequence[Mapping[str, Any]], prefix: str) -> Iterator[RowError]:
    """Yield the errors of ids in valid records that are too long with the prefix of their namespace."""
    for number, record in enumerate(records):
        for name in SCHEMAS[data_type].namespaced:
            value = record.get(name)
            if value is not None and len(prefix + value.strip()) > LONGEST_ID:
                yield RowError(number, f"/{name}", "too_long", id_too_long(prefix), value)


def _partition_key(data_type: DataType, row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name, "")) for name in SCHEMAS[data_type].key)[:_LONGEST_KEY] or data_type
