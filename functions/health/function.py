"""Declares the function `health`."""

from functions.declaration import Access, HttpFunction
from shared.athena.client import WORK_GROUP
from shared.health.checks import S3_PREFIX
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.storage.object_store import LAKE_BUCKET

FUNCTION = HttpFunction(
    name="health",
    description="Reports the health of the platform and its dependencies.",
    memory_mb=512,
    timeout_seconds=10,
    watches=(
        Access(TABLE_STATES),
        Access(LAKE_BUCKET, S3_PREFIX),
        Access(EVENT_STREAM),
        Access(WORK_GROUP),
    ),
)
