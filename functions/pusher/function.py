"""Declares the function `pusher`."""

from functions.access import IDENTITY, PIPELINE_READS, PIPELINE_WATCHES, WIDGET_WRITES, WIDGETS
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.live.connections import CONNECTIONS_TABLE, LISTENERS_TABLE
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.live.posting import OPEN_CONNECTIONS
from shared.live.turns import TURNS_TABLE
from shared.push.queue import PUSH_QUEUE

_LIVE = (Access(CONNECTIONS_TABLE), Access(LISTENERS_TABLE), Access(EVENT_LOG_TABLE), Access(TURNS_TABLE))

FUNCTION = TriggeredFunction(
    name="pusher",
    description="Computes what has changed for connected clients, and requests deliveries.",
    memory_mb=1769,
    timeout_seconds=120,
    trigger=QueueTrigger(queue=PUSH_QUEUE, batch_size=10, window_seconds=0, maximum_concurrency=2),
    reads=tuple(dict.fromkeys((*IDENTITY, *WIDGETS, *PIPELINE_READS, *_LIVE, Access(DASHBOARDS_TABLE)))),
    writes=(*WIDGET_WRITES, *_LIVE, Access(PUSH_QUEUE), Access(DELIVERY_QUEUE), Access(OPEN_CONNECTIONS)),
    watches=PIPELINE_WATCHES,
)
