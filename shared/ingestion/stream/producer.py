"""Puts single records on the event stream, in the form that producers use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.ingestion.models import StreamIngestionRequest
from shared.records.mapping import MappingOf, Unmapped, map_rows
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import DECISION_UNKNOWN, Form, validate
from shared.runtime.errors import FieldError, InvalidRequest, PayloadTooLarge, Unavailable
from shared.runtime.request import UPLOAD_ROUTE
from shared.runtime.resources import Stream

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

    from shared.runtime.models import Clock

EVENT_STREAM = Stream("event_stream", shards=2, retention_hours=24)

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
        row = self._map(request, embedded_record(body))
        found = validate(request.data_type, [row], form=Form.TYPED, at=self.clock()).errors
        errors = [each for each in found if each.code != DECISION_UNKNOWN]  # it may arrive before the label is read
        if errors:
            fields = [
                FieldError("data" + each.field.replace("/", "."), each.message, each.rejected_value) for each in errors
            ]
            raise InvalidRequest("Request validation failed", field_errors=fields)
        partition_key = _partition_key(request.data_type, row)
        try:
            placed = self.kinesis.put_record(StreamName=self.stream_name, Data=data, PartitionKey=partition_key)
        except self.kinesis.exceptions.ProvisionedThroughputExceededException:
            raise Unavailable("The event stream is at its limit; retry later", retry_after=1) from None
        return f"{placed['ShardId']}:{placed['SequenceNumber']}"

    def _map(self, request: StreamIngestionRequest, record: dict[str, Any]) -> dict[str, Any]:
        mapping = self.mapping_of(request.source_id, request.data_type)
        if mapping is None:
            return record
        (mapped,) = map_rows([record], mapping, [0])
        if isinstance(mapped, Unmapped):
            raise InvalidRequest("Request validation failed", field_errors=[FieldError("data", mapped.reason)])
        return dict(mapped)


def embedded_record(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record inside an envelope, with the envelope's time if it has none of its own."""
    record: dict[str, Any] = envelope["data"]
    if record.get("timestamp") is not None or SCHEMAS[envelope["data_type"]].event_time != "timestamp":
        return record
    return {**record, "timestamp": envelope["timestamp"]}


def _partition_key(data_type: DataType, row: Mapping[str, Any]) -> str:
    return "|".join(str(row.get(name, "")) for name in SCHEMAS[data_type].key)[:_LONGEST_KEY] or data_type
