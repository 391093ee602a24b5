"""Declares the function `table_maintenance`."""

from functions.access import TABLES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.lake.catalog.state import TABLE_STATES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import RECEIPTS

FUNCTION = TriggeredFunction(
    name="table_maintenance",
    description="Compacts the files of tables, expires snapshots, and deletes files that no snapshot has.",
    memory_mb=3008,
    timeout_seconds=600,
    uses_lake=True,
    trigger=ScheduleTrigger(every_minutes=15),
    reads=(*TABLES, Access(TABLE_STATES), Access(LAKE_BUCKET, RECEIPTS)),
    writes=(*TABLES, Access(TABLE_STATES)),
)
