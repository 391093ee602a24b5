"""Declares the function `deliverer`."""

from functions.access import IDENTITY, PIPELINE_READS, PIPELINE_WATCHES, WIDGET_WRITES, WIDGETS
from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.live.connections import CONNECTIONS_TABLE, LISTENERS_TABLE
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.live.posting import OPEN_CONNECTIONS
from shared.live.turns import TURNS_TABLE

_AT_ONCE = 10

FUNCTION = TriggeredFunction(
    name="deliverer",
    description="Brings WebSocket connections up to date.",
    memory_mb=1769,
    timeout_seconds=30,
    trigger=QueueTrigger(queue=DELIVERY_QUEUE, batch_size=1, window_seconds=0, maximum_concurrency=_AT_ONCE),
    reads=tuple(
        dict.fromkeys(
            (
                *IDENTITY,
                *WIDGETS,
                *PIPELINE_READS,
                Access(DASHBOARDS_TABLE),
                Access(CONNECTIONS_TABLE),
                Access(LISTENERS_TABLE),
                Access(EVENT_LOG_TABLE),
                Access(TURNS_TABLE),
            )
        )
    ),
    writes=(
        *WIDGET_WRITES,
        Access(WIDGET_QUEUE),
        Access(CONNECTIONS_TABLE),
        Access(LISTENERS_TABLE),
        Access(EVENT_LOG_TABLE),
        Access(TURNS_TABLE),
        Access(DELIVERY_QUEUE),
        Access(OPEN_CONNECTIONS),
    ),
    watches=PIPELINE_WATCHES,
)
