"""Declares the function `live`."""

from functions.access import IDENTITY
from functions.declaration import Access, TriggeredFunction, WebSocketTrigger
from shared.live.connections import CONNECTIONS_TABLE

FUNCTION = TriggeredFunction(
    name="live",
    description="Manages the connections of the WebSocket API.",
    memory_mb=512,
    timeout_seconds=10,
    trigger=WebSocketTrigger(route_keys=("$connect", "$disconnect", "$default")),
    reads=(*IDENTITY, Access(CONNECTIONS_TABLE)),
    writes=(Access(CONNECTIONS_TABLE),),
)
