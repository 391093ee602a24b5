"""Declares the function `merger`."""

from functions.access import LEDGER
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.lake.storage.paths import BASE, INCOMING, KEYS, ROLLUP
from shared.runtime.settings import Resource

FUNCTION = TriggeredFunction(
    name="merger",
    description="Merges incoming rows into their partitions and refreshes the roll-ups.",
    memory_mb=3008,
    timeout_seconds=120,
    uses_lake=True,
    trigger=QueueTrigger(queue=Resource.MERGE_QUEUE, batch_size=200, window_seconds=1, maximum_concurrency=20),
    reads=(
        Access(Resource.LAKE, INCOMING),
        Access(Resource.LAKE, BASE),
        Access(Resource.LAKE, KEYS),
        Access(Resource.LAKE, ROLLUP),
        *LEDGER,
    ),
    writes=(
        Access(Resource.LAKE, INCOMING),
        Access(Resource.LAKE, BASE),
        Access(Resource.LAKE, KEYS),
        Access(Resource.LAKE, ROLLUP),
        *LEDGER,
        Access(Resource.VERSIONS),
        Access(Resource.EVENT_BUS),
    ),
)
