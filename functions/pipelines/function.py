"""Declares the function `pipelines`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS, PIPELINE_READS, PIPELINE_WATCHES
from functions.declaration import HttpFunction

FUNCTION = HttpFunction(
    name="pipelines",
    description="Reports the health of the pipelines.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, *PIPELINE_READS),
    writes=(*COUNTED, *LARGE_ANSWERS),
    watches=PIPELINE_WATCHES,
)
