"""Declares the function `file_loader`."""

from functions.access import LOADING_READS, LOADING_WRITES
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.ingestion.uploads.store import UPLOADS_TABLE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import INCOMING, UPLOADS

FUNCTION = TriggeredFunction(
    name="file_loader",
    description="Loads uploaded files, part by part.",
    memory_mb=3008,
    timeout_seconds=900,
    uses_lake=True,
    trigger=QueueTrigger(queue=UPLOAD_QUEUE, batch_size=1, window_seconds=0, maximum_concurrency=10),
    reads=(
        *LOADING_READS,
        Access(UPLOADS_TABLE),
        Access(LAKE_BUCKET, UPLOADS, deletes=True),
        Access(LAKE_BUCKET, INCOMING),
    ),
    writes=(
        *LOADING_WRITES,
        Access(UPLOADS_TABLE),
        Access(UPLOAD_QUEUE),
    ),
)
