"""Declares the function `reconciler`."""

from functions.access import LEDGER, QUERY, QUERY_WRITES, TABLES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.events.bus import EVENT_BUS
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import RECEIPTS, RECONCILIATIONS
from shared.merging.queue import ROLLUP_QUEUE

FUNCTION = TriggeredFunction(
    name="reconciler",
    description="Finds repeated records beyond the identity horizon of merges.",
    memory_mb=3008,
    timeout_seconds=900,
    uses_lake=True,
    trigger=ScheduleTrigger(every_minutes=1440),
    reads=(*QUERY, *TABLES, *LEDGER, Access(LAKE_BUCKET, RECEIPTS), Access(LAKE_BUCKET, RECONCILIATIONS, deletes=True)),
    writes=(
        *QUERY_WRITES,
        *TABLES,
        *LEDGER,
        Access(TABLE_STATES),
        Access(LAKE_BUCKET, RECEIPTS),
        Access(LAKE_BUCKET, RECONCILIATIONS),
        Access(ROLLUP_QUEUE),
        Access(EVENT_BUS),
    ),
)
