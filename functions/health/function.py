"""Declares the function `health`."""

from functions.access import COUNTED, IDENTITY
from functions.declaration import Access, HttpFunction
from shared.runtime.settings import Resource

FUNCTION = HttpFunction(
    name="health",
    description="Reports the health of the platform and its dependencies.",
    memory_mb=512,
    timeout_seconds=10,
    reads=(
        *IDENTITY,
        Access(Resource.VERSIONS),
        Access(Resource.LAKE, "health"),  # nothing lies there: to ask for the bucket is enough
        Access(Resource.EVENT_STREAM),
        Access(Resource.WORK_GROUP),
    ),
    writes=COUNTED,
)
