"""Declares the function `widget_refresher`."""

from functions.access import PIPELINE_READS, PIPELINE_WATCHES, WIDGET_WRITES, WIDGETS
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.events.bus import EVENT_BUS

FUNCTION = TriggeredFunction(
    name="widget_refresher",
    description="Computes answers to questions of widgets that changed or took too long.",
    memory_mb=1769,
    timeout_seconds=300,
    trigger=QueueTrigger(queue=WIDGET_QUEUE, batch_size=10, window_seconds=0, maximum_concurrency=5),
    reads=(*WIDGETS, *PIPELINE_READS, Access(DASHBOARDS_TABLE)),
    writes=(*WIDGET_WRITES, Access(DASHBOARDS_TABLE), Access(EVENT_BUS)),
    watches=PIPELINE_WATCHES,
)
