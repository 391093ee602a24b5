"""Declares the function `rollup_job`."""

from functions.access import TABLES
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.events.bus import EVENT_BUS
from shared.lake.catalog.states import TABLE_STATES
from shared.merging.queue import ROLLUP_QUEUE

FUNCTION = TriggeredFunction(
    name="rollup_job",
    description="Computes the roll-ups of days that changed.",
    memory_mb=3008,
    timeout_seconds=900,
    disk_mb=10_240,
    uses_lake=True,
    trigger=QueueTrigger(queue=ROLLUP_QUEUE, batch_size=10, window_seconds=2, maximum_concurrency=2),
    reads=(*TABLES, Access(TABLE_STATES)),
    writes=(*TABLES, Access(TABLE_STATES), Access(ROLLUP_QUEUE), Access(EVENT_BUS)),
)
