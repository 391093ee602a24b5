"""Declares the function `merger`."""

from functions.access import FORMER_LAKE, LEDGER, TABLES
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.decisions.index import DECISIONS_TABLE
from shared.events.bus import EVENT_BUS
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import INCOMING, RECEIPTS
from shared.merging.queue import MERGE_QUEUE, ROLLUP_QUEUE

# Mergers that commit to the same table conflict, and all but one repeat their work.
_AT_ONCE = 4

FUNCTION = TriggeredFunction(
    name="merger",
    description="Merges incoming rows into the base tables.",
    memory_mb=3008,
    timeout_seconds=120,
    uses_lake=True,
    trigger=QueueTrigger(queue=MERGE_QUEUE, batch_size=200, window_seconds=1, maximum_concurrency=_AT_ONCE),
    reads=(
        Access(LAKE_BUCKET, INCOMING, deletes=True),
        Access(LAKE_BUCKET, RECEIPTS),
        *FORMER_LAKE,
        *TABLES,
        Access(TABLE_STATES),
        Access(DECISIONS_TABLE),
        *LEDGER,
    ),
    writes=(
        Access(LAKE_BUCKET, RECEIPTS),
        *TABLES,
        Access(TABLE_STATES),
        Access(DECISIONS_TABLE),
        *LEDGER,
        Access(ROLLUP_QUEUE),
        Access(EVENT_BUS),
    ),
)
