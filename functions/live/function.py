"""Declares the function `live`."""

from functions.access import IDENTITY
from functions.declaration import Access, TriggeredFunction, WebSocketTrigger
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.live.connections import CONNECTIONS_TABLE, LISTENERS_TABLE
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.live.posting import OPEN_CONNECTIONS
from shared.live.turns import TURNS_TABLE
from shared.push.queue import PUSH_QUEUE

FUNCTION = TriggeredFunction(
    name="live",
    description="Manages the connections of the WebSocket API.",
    memory_mb=512,
    timeout_seconds=10,
    trigger=WebSocketTrigger(route_keys=("$connect", "$disconnect", "$default")),
    reads=(
        *IDENTITY,
        Access(CONNECTIONS_TABLE),
        Access(LISTENERS_TABLE),
        Access(EVENT_LOG_TABLE),
        Access(DASHBOARDS_TABLE),
    ),
    writes=(
        Access(CONNECTIONS_TABLE),
        Access(LISTENERS_TABLE),
        Access(TURNS_TABLE),
        Access(DELIVERY_QUEUE),
        Access(PUSH_QUEUE),
        Access(OPEN_CONNECTIONS),
    ),
)
