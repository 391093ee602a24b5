"""A fake event bus that records published events."""

from collections.abc import Mapping
from typing import Any

from shared.events.bus import PlatformEvents
from shared.runtime.resources import EventType


class RecordedEvents(PlatformEvents):
    """Keeps the details of events, and may be down."""

    def __init__(self) -> None:
        self.published: list[Mapping[str, Any]] = []
        self.is_down = False

    def publish(self, event: EventType, detail: Mapping[str, Any]) -> None:
        """Keep an event."""
        if self.is_down:
            raise ConnectionError(f"the bus is down, and has not taken {event.detail_type!r}")
        self.published.append(detail)
