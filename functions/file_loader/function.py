"""Declares the function `file_loader`."""

from functions.access import LOADING_READS, LOADING_WRITES
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.lake.storage.paths import INCOMING, UPLOADS
from shared.runtime.settings import Resource

FUNCTION = TriggeredFunction(
    name="file_loader",
    description="Loads uploaded files, part by part.",
    memory_mb=3008,
    timeout_seconds=900,
    uses_lake=True,
    trigger=QueueTrigger(queue=Resource.UPLOAD_QUEUE, batch_size=1, window_seconds=0, maximum_concurrency=10),
    reads=(
        *LOADING_READS,
        Access(Resource.UPLOADS),
        Access(Resource.LAKE, UPLOADS),
        Access(Resource.LAKE, INCOMING),
    ),
    writes=(
        *LOADING_WRITES,
        Access(Resource.UPLOADS),
        Access(Resource.LAKE, UPLOADS),
        Access(Resource.UPLOAD_QUEUE),
    ),
)
