"""Declares the function `fraud`."""

from functions.access import COUNTED, IDENTITY, PIPELINE_READS, PIPELINE_WATCHES, QUERY, QUERY_WRITES
from functions.declaration import HttpFunction

FUNCTION = HttpFunction(
    name="fraud",
    description="Serves the dashboard, cohorts and confusion matrices of fraud decisions.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *QUERY, *PIPELINE_READS),
    writes=(*COUNTED, *QUERY_WRITES),
    watches=PIPELINE_WATCHES,
)
