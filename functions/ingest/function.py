"""Declares the function `ingest`."""

from functions.access import (
    COUNTED,
    DISCARDED_BATCHES,
    IDENTITY,
    LARGE_ANSWERS,
    LOADING_READS,
    LOADING_WRITES,
    ON_RECORD,
)
from functions.declaration import Access, HttpFunction
from shared.ingestion.stream.accepted import STREAM_RECORDS_TABLE
from shared.ingestion.stream.positions import STREAM_POSITIONS_TABLE
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import INCOMING, LANDING, REDRIVES, UPLOADS
from shared.ledger.store import SOURCES_TABLE

FUNCTION = HttpFunction(
    name="ingest",
    description="Accepts batches, records and uploads, and reports their outcomes.",
    memory_mb=1769,
    timeout_seconds=29,
    uses_lake=True,
    reads=(
        *IDENTITY,
        *ON_RECORD,
        *LARGE_ANSWERS,
        *LOADING_READS,
        DISCARDED_BATCHES,
        Access(SOURCES_TABLE, scanned=True),
        Access(UPLOADS_TABLE),
        Access(LAKE_BUCKET, LANDING),
        Access(LAKE_BUCKET, UPLOADS),
        Access(LAKE_BUCKET, INCOMING),
        Access(LAKE_BUCKET, REDRIVES, deletes=True),
    ),
    writes=(
        *COUNTED,
        *ON_RECORD,
        *LARGE_ANSWERS,
        *LOADING_WRITES,
        Access(UPLOADS_TABLE),
        Access(UPLOAD_QUEUE),
        Access(LAKE_BUCKET, LANDING),
        Access(LAKE_BUCKET, UPLOADS),
        Access(LAKE_BUCKET, REDRIVES),
        Access(EVENT_STREAM),
        Access(STREAM_POSITIONS_TABLE),
        Access(STREAM_RECORDS_TABLE),
    ),
)
