"""Declares the function `ingest`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS, LOADING_READS, LOADING_WRITES, ON_RECORD
from functions.declaration import Access, HttpFunction
from shared.lake.storage.paths import INCOMING, LANDING, REDRIVES, UPLOADS
from shared.runtime.settings import Resource

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
        Access(Resource.UPLOADS),
        Access(Resource.LAKE, LANDING),
        Access(Resource.LAKE, UPLOADS),
        Access(Resource.LAKE, INCOMING),
        Access(Resource.LAKE, REDRIVES),
    ),
    writes=(
        *COUNTED,
        *ON_RECORD,
        *LARGE_ANSWERS,
        *LOADING_WRITES,
        Access(Resource.UPLOADS),
        Access(Resource.UPLOAD_QUEUE),
        Access(Resource.LAKE, LANDING),
        Access(Resource.LAKE, UPLOADS),
        Access(Resource.LAKE, REDRIVES),
        Access(Resource.EVENT_STREAM),
    ),
)
