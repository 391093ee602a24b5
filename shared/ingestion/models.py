"""The nouns of the ingest routes, as contract C § 1 and resolutions §§ 9 and 10 name them."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from shared.ingestion.entry import BatchStatus
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, Timestamp

LARGEST_BATCH = 10_000
LONGEST_CORRELATION_ID = 200
_SAID = Annotated[str, Field(max_length=500)]
SOURCE_ID = r"^[A-Za-z0-9-]{3,50}$"


class DataFormat(StrEnum):
    """How the values of a delivery are written."""

    JSON = "json"
    CSV = "csv"
    XML = "xml"
    PARQUET = "parquet"


def _source_id(text: str) -> str:
    if not re.fullmatch(SOURCE_ID, text):
        raise ValueError("must be 3 to 50 letters, digits or hyphens")
    return text


SourceId = Annotated[
    str,
    AfterValidator(_source_id),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": 50, "pattern": SOURCE_ID}),
    Field(description="The source: 3 to 50 letters, digits or hyphens.", examples=["web-shop"]),
]


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
    """What the sender says about a batch; kept with it as received."""

    source_system: Optional[_SAID] = None
    extraction_timestamp: Optional[Timestamp] = None
    schema_version: Optional[_SAID] = None
    compression: Optional[_SAID] = None


class BatchIngestionRequest(Model):
    """Up to 10 000 records of one type from one source."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BATCH]})

    source_id: SourceId
    data_type: DataType
    format: DataFormat = Field(
        description="`json`: typed values. `csv`, `xml`: the same records with all values as text. "
        "`parquet` does not fit into a request."
    )
    metadata: Optional[IngestionMetadata] = None
    data: Annotated[list[Any], WithJsonSchema(_RECORDS)] = Field(
        min_length=1,
        max_length=LARGEST_BATCH,
        repr=False,
        description="The records; their fields follow from `data_type`. One that does not fit goes to quarantine.",
    )


class Acceptance(StrEnum):
    """Whether anything of a batch was taken."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ValidationStatus(StrEnum):
    """Whether all rows of a batch were valid."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


class ValidationError(Model):
    """Why a row was not taken."""

    row: int | None = Field(description="0-based place in `data`.")
    field: str = Field(description="JSON pointer into the record; empty for the record itself.")
    code: str
    message: str
    rejected_value: Optional[Any] = None


class BatchIngestionResponse(Model):
    """What became of a batch so far: good rows are on their way to the lake, the others are in quarantine."""

    status: Acceptance = Field(description="`rejected` when not one row was valid.")
    batch_id: str
    records_received: int
    validation_status: ValidationStatus = Field(
        description="`failed` when some row was not valid; the valid ones of the batch are loaded all the same."
    )
    estimated_processing_time: str = Field(
        description="ISO 8601 duration until the rows are merged: the median of recent batches; "
        "`unknown` as long as there are none.",
        examples=["PT3.2S"],
    )
    created_at: Timestamp
    errors: Optional[list[ValidationError]] = Field(default=None, description="At most 100.")


class StreamIngestionRequest(Model):
    """One record for the event stream: the form of a Kinesis record, too."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECORD]})

    source_id: SourceId
    data_type: DataType
    timestamp: Timestamp = Field(description="Stands in for the record's own event time where that is absent.")
    data: dict[str, Any] = Field(min_length=1)
    correlation_id: Optional[str] = Field(default=None, max_length=LONGEST_CORRELATION_ID)


class StreamIngestionResponse(Model):
    """A record that the event stream has taken."""

    status: Acceptance = Acceptance.ACCEPTED
    record_id: str = Field(description="Shard and sequence number in the event stream.")
    timestamp: Timestamp
    processing_latency_ms: float = Field(ge=0, description="From the request's arrival to the stream's receipt.")


class BatchProgress(Model):
    """How far a batch is."""

    total_records: int
    processed_records: int = Field(description="Rows whose fate is known: merged, or failed.")
    failed_records: int = Field(description="Rows in quarantine.")
    progress_percentage: float = Field(
        ge=0, le=100, description="Of a file: a third each for bytes checked, records loaded and records merged."
    )
    total_bytes: Optional[int] = Field(default=None, description="Of a file.")
    checked_bytes: Optional[int] = Field(default=None, description="Of a file: read and checked so far.")
    loaded_records: Optional[int] = Field(default=None, description="Of a file: on their way to the merge, or past it.")


class ProcessingError(Model):
    """One kind of error in a batch, with how often it occurred."""

    code: str
    message: str
    stage: str
    count: int
    first_row: Optional[int] = None
    sample: Optional[Any] = None


class BatchOutcome(Model):
    """The batch's line in the ledger: the five add up to the records received."""

    loaded: int
    duplicate: int
    conflict: int
    quarantined: int
    in_flight: int


class BatchStatusResponse(Model):
    """Where a batch stands."""

    batch_id: str
    status: BatchStatus
    progress: BatchProgress
    started_at: Timestamp
    completed_at: Optional[Timestamp] = None
    errors: Optional[list[ProcessingError]] = None
    outcome: BatchOutcome
