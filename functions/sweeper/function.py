"""Declares the function `sweeper`."""

from functions.access import LOADING_READS, LOADING_WRITES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import INCOMING, LANDING, REDRIVES, UPLOADS
from shared.merging.queue import MERGE_QUEUE

FUNCTION = TriggeredFunction(
    name="sweeper",
    description="Completes deliveries that a crash interrupted.",
    memory_mb=1769,
    timeout_seconds=300,
    uses_lake=True,
    trigger=ScheduleTrigger(every_minutes=5),
    reads=(
        *LOADING_READS,
        Access(UPLOADS_TABLE),
        Access(LAKE_BUCKET, LANDING),
        Access(LAKE_BUCKET, UPLOADS),
        Access(LAKE_BUCKET, INCOMING),
        Access(LAKE_BUCKET, REDRIVES, deletes=True),
    ),
    writes=(
        *LOADING_WRITES,
        Access(LAKE_BUCKET, REDRIVES),
        Access(UPLOADS_TABLE),
        Access(MERGE_QUEUE),
        Access(UPLOAD_QUEUE),
    ),
)
