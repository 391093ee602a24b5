"""Declares the function `table_maintenance`."""

from functions.access import TABLES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.lake.catalog.states import TABLE_STATES

FUNCTION = TriggeredFunction(
    name="table_maintenance",
    description="Compacts the files of tables, expires snapshots, and deletes files that no snapshot has.",
    memory_mb=3008,
    timeout_seconds=600,
    disk_mb=10_240,
    uses_lake=True,
    trigger=ScheduleTrigger(every_minutes=15),
    reads=(*TABLES, Access(TABLE_STATES)),
    writes=(*TABLES, Access(TABLE_STATES)),
)
