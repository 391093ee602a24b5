"""Declares the function `sweeper`."""

from functions.access import LOADING_READS, LOADING_WRITES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.lake.storage.paths import INCOMING, LANDING, REDRIVES, UPLOADS
from shared.runtime.settings import Resource

FUNCTION = TriggeredFunction(
    name="sweeper",
    description="Completes deliveries that a crash interrupted.",
    memory_mb=1769,
    timeout_seconds=300,
    uses_lake=True,
    trigger=ScheduleTrigger(every_minutes=5),
    reads=(
        *LOADING_READS,
        Access(Resource.UPLOADS),
        Access(Resource.LAKE, LANDING),
        Access(Resource.LAKE, UPLOADS),
        Access(Resource.LAKE, INCOMING),
        Access(Resource.LAKE, REDRIVES),
    ),
    writes=(
        *LOADING_WRITES,
        Access(Resource.LAKE, REDRIVES),
        Access(Resource.UPLOADS),
        Access(Resource.MERGE_QUEUE),
        Access(Resource.UPLOAD_QUEUE),
    ),
)
