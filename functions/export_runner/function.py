"""Declares the function `export_runner`."""

from functions.access import EXPORTS, QUERY, QUERY_WRITES
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.audit.trail import AUDIT_TABLE
from shared.exports.queue import EXPORT_QUEUE

FUNCTION = TriggeredFunction(
    name="export_runner",
    description="Prepares exports that take longer than a request.",
    memory_mb=3008,
    timeout_seconds=900,
    uses_lake=True,
    trigger=QueueTrigger(queue=EXPORT_QUEUE, batch_size=1, window_seconds=0, maximum_concurrency=5),
    reads=(*QUERY, *EXPORTS, Access(AUDIT_TABLE)),
    writes=(*QUERY_WRITES, *EXPORTS, Access(AUDIT_TABLE), Access(EXPORT_QUEUE)),
)
