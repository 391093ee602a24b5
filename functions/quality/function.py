"""Declares the function `quality`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS
from functions.declaration import Access, HttpFunction
from shared.runtime.settings import Resource

FUNCTION = HttpFunction(
    name="quality",
    description="Serves data quality reports.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, Access(Resource.QUALITY), Access(Resource.SOURCES)),
    writes=(*COUNTED, *LARGE_ANSWERS),
)
