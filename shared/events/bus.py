"""Publishes events on the platform's EventBridge bus; queues that declare an event receive it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.observability import count, logger
from shared.runtime.resources import EventBus, EventType

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

EVENT_BUS = EventBus("event_bus")

SCHEDULED = "Scheduled Event"
"""The type of the events by which the clock of EventBridge strikes."""


class PlatformEvents:
    """Publishes events."""

    def __init__(self, events: "EventBridgeClient", bus: str) -> None:
        self._events = events
        self._bus = bus

    def publish(self, event: EventType, detail: Mapping[str, Any]) -> None:
        """Publish an event; `detail` must fit in 256 KB of JSON.

        Raises:
            ConnectionError: the bus rejected the event.
        """
        entry = {
            "Source": event.source,
            "DetailType": event.detail_type,
            "EventBusName": self._bus,
            "Detail": orjson.dumps(detail).decode(),
        }
        answer = self._events.put_events(Entries=[entry])  # type: ignore[list-item] # a dictionary of its fields
        if answer["FailedEntryCount"]:
            raise ConnectionError(f"the event bus rejected the event {event.detail_type!r}")

    def try_publish(self, event: EventType, detail: Mapping[str, Any]) -> None:
        """Publish an event about what is stored already; if the bus rejects it, that is logged and counted.

        Such an event only lets others see the change sooner.
        """
        try:
            self.publish(event, detail)
        except (ConnectionError, BotoCoreError, ClientError) as error:
            logger().warning("an event could not be published", event=event.detail_type, detail=detail, exc_info=error)
            count("UnpublishedEvents")
