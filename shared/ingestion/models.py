"""Models of the ingest routes."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from shared.ledger.entry import BatchStatus
from shared.records.ids import SourceId
from shared.records.row_error import ValidationError
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, PageResponse, Timestamp

LARGEST_BATCH = 10_000
LONGEST_CORRELATION_ID = 200
_ShortText = Annotated[str, Field(max_length=500)]


class DataFormat(StrEnum):
    """Format of the records."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"
    PARQUET = "parquet"


_RECORDS = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": LARGEST_BATCH}
_SALE: JsonDict = {
    "transaction_id": "t-1",
    "timestamp": "2025-01-31T12:00:00Z",
    "product_id": "mug",
    "quantity": 2,
    "unit_price": "9.90",
    "region": "Germany",
}
_BATCH: JsonDict = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": [_SALE]}
_RECORD: JsonDict = {
    "source_id": "web-shop",
    "data_type": "transactions",
    "timestamp": "2025-01-31T12:00:00Z",
    "data": _SALE,
}


class IngestionMetadata(Model):
    """Metadata from the sender, archived unchanged with the batch."""

    source_system: Optional[_ShortText] = Field(default=None, description="System that the data was extracted from.")
    extraction_timestamp: Optional[Timestamp] = Field(default=None, description="Time of the extraction.")
    schema_version: Optional[_ShortText] = Field(default=None, description="Version of the sender's schema.")
    compression: Optional[_ShortText] = Field(
        default=None, description="Compression at the source, for information only."
    )


class BatchIngestionRequest(Model):
    """Up to 10 000 records of one type from one source."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BATCH]})

    source_id: SourceId
    data_type: DataType = Field(description="Type of the records.")
    format: DataFormat = Field(
        description="`json`: typed values. `csv`, `xml`: the same records with every value as text. "
        "`parquet` is accepted in file uploads only."
    )
    metadata: Optional[IngestionMetadata] = Field(default=None, description="Metadata from the sender.")
    data: Annotated[list[Any], WithJsonSchema(_RECORDS)] = Field(
        min_length=1,
        max_length=LARGEST_BATCH,
        repr=False,
        description="The records, with the fields of `data_type` or as the source's mapping reads them. If its "
        "`records` has a path, each is a document with any number of records, and the limit is for these. "
        "Invalid records go to quarantine.",
    )


class Acceptance(StrEnum):
    """Whether at least one record was accepted."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ValidationStatus(StrEnum):
    """Whether every row was valid."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


class BatchIngestionResponse(Model):
    """The accepted batch: valid rows are queued for the merge, invalid rows are in quarantine."""

    status: Acceptance = Field(description="`rejected` if no row was valid.")
    batch_id: str = Field(description="Id of the batch.")
    records_received: int = Field(description="Number of records in the request, counting those within documents.")
    validation_status: ValidationStatus = Field(
        description="`failed` if at least one row was invalid; valid rows are loaded nevertheless."
    )
    estimated_processing_time: str = Field(
        description="Expected time until the rows are merged, as an ISO 8601 duration: the median of recent batches, "
        "and the time for all batches and files of the type that wait, though many of them are merged later; `unknown` "
        "without recent batches.",
        examples=["PT3.2S"],
    )
    estimate_is_minimum: Optional[bool] = Field(
        default=None, description="Present if more waits than was counted: the time is at least the estimated one."
    )
    created_at: Timestamp = Field(description="Time of receipt.")
    errors: Optional[list[ValidationError]] = Field(
        default=None, description="The first 100 errors; `GET /ingest/batches/{batch_id}/errors` lists all."
    )


class StreamIngestionRequest(Model):
    """One record for the event stream. Producers send the same JSON in a Kinesis record."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECORD]})

    source_id: SourceId
    data_type: DataType = Field(description="Type of the record.")
    timestamp: Timestamp = Field(description="Event time of the record if `data` has none.")
    data: dict[str, Any] = Field(min_length=1, description="The record, with the fields of `data_type`.")
    correlation_id: Optional[str] = Field(
        default=None, max_length=LONGEST_CORRELATION_ID, description="The sender's own id for the record."
    )


class StreamIngestionResponse(Model):
    """The record accepted by the event stream."""

    status: Acceptance = Field(default=Acceptance.ACCEPTED, description="Always `accepted`.")
    record_id: str = Field(description="Shard and sequence number in the event stream.")
    timestamp: Timestamp = Field(description="The timestamp of the request.")
    processing_latency_ms: float = Field(
        ge=0, description="Milliseconds from the arrival of the request to the stream's receipt."
    )


class BatchProgress(Model):
    """Progress of a batch."""

    total_records: int = Field(description="Records received.")
    processed_records: int = Field(description="Rows with a final outcome: merged or failed.")
    failed_records: int = Field(description="Rows in quarantine.")
    progress_percentage: float = Field(
        ge=0, le=100, description="For a file: a third each for bytes checked, records loaded and records merged."
    )
    total_bytes: Optional[int] = Field(default=None, description="Files only: size of the file.")
    checked_bytes: Optional[int] = Field(default=None, description="Files only: bytes checked so far.")
    loaded_records: Optional[int] = Field(default=None, description="Files only: records loaded so far, merged or not.")
    estimated_remaining: Optional[str] = Field(
        default=None,
        description="Added: files in progress only: expected time until all rows are merged, from the progress since "
        "the file arrived, as an ISO 8601 duration.",
        examples=["PT12S"],
    )


class ProcessingError(Model):
    """One kind of error in a batch, with its number of occurrences."""

    code: str = Field(description="Stable code of the error.")
    message: str = Field(description="Description of the error for people.")
    stage: str = Field(description="Stage in which it occurred: `parse`, `validate`, `load` or `merge`.")
    count: int = Field(description="Number of occurrences.")
    first_row: Optional[int] = Field(default=None, description="First row with this error.")
    sample: Optional[Any] = Field(default=None, description="A rejected value.")


class BatchOutcome(Model):
    """Outcomes of the batch in the ledger; the five counts add up to the records received."""

    loaded: int = Field(description="Rows merged.")
    duplicate: int = Field(description="Rows identical to a record already loaded.")
    conflict: int = Field(
        description="Rows with the key of a loaded record but other values, and with its version or of another source."
    )
    quarantined: int = Field(description="Rows in quarantine.")
    dropped: int = Field(description="Added: rows, counted as quarantined, that were dropped from quarantine.")
    in_flight: int = Field(description="Rows without a final outcome yet.")
    superseded: int = Field(
        description="Added: rows, counted above, that are not current: older than the version already present, or "
        "replaced by a record with other values since."
    )


class EventRange(Model):
    """The event times of rows."""

    earliest: Timestamp = Field(description="Earliest event time.")
    latest: Timestamp = Field(description="Latest event time.")


class BatchStatusResponse(Model):
    """Status of a batch."""

    batch_id: str = Field(description="Id of the batch.")
    source_id: SourceId
    data_type: DataType = Field(description="Type of the records.")
    status: BatchStatus = Field(description="Current status.")
    progress: BatchProgress = Field(description="Progress of the batch.")
    started_at: Timestamp = Field(description="Time of receipt.")
    completed_at: Optional[Timestamp] = Field(default=None, description="Time of completion.")
    errors: Optional[list[ProcessingError]] = Field(default=None, description="Errors by kind, most frequent first.")
    outcome: BatchOutcome = Field(description="Outcomes of the rows in the ledger.")
    event_range: Optional[EventRange] = Field(
        default=None,
        description="Added: event times of the valid rows; absent without any, or if the records have no event time.",
    )


class BatchesResponse(PageResponse):
    """One page of batches, newest first."""

    content: list[BatchStatusResponse] = Field(description="The batches on this page.")
