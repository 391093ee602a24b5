"""Declares the function `merger`."""

from functions.access import LEDGER
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.lake.catalog.versions import VERSIONS_TABLE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import BASE, INCOMING, KEYS, ROLLUP
from shared.merging.events import EVENT_BUS
from shared.merging.queue import MERGE_QUEUE

FUNCTION = TriggeredFunction(
    name="merger",
    description="Merges incoming rows into their partitions and refreshes the roll-ups.",
    memory_mb=3008,
    timeout_seconds=120,
    uses_lake=True,
    trigger=QueueTrigger(queue=MERGE_QUEUE, batch_size=200, window_seconds=1, maximum_concurrency=20),
    reads=(
        Access(LAKE_BUCKET, INCOMING),
        Access(LAKE_BUCKET, BASE),
        Access(LAKE_BUCKET, KEYS),
        Access(LAKE_BUCKET, ROLLUP),
        *LEDGER,
    ),
    writes=(
        Access(LAKE_BUCKET, INCOMING),
        Access(LAKE_BUCKET, BASE),
        Access(LAKE_BUCKET, KEYS),
        Access(LAKE_BUCKET, ROLLUP),
        *LEDGER,
        Access(VERSIONS_TABLE),
        Access(EVENT_BUS),
    ),
)
