"""A subscriber to everything that is published on the platform's bus."""

from typing import Any

import boto3
import orjson

from shared.events.bus import EVENT_BUS, PlatformEvents
from shared.runtime.settings import Settings


class HeardEvents:
    """Hears what is published through its bus: the type and the detail of each event."""

    def __init__(self, settings: Settings) -> None:
        client = boto3.Session().client("events")
        client.meta.events.register("provide-client-params.events.PutEvents", self._hear)
        self.bus = PlatformEvents(client, settings.name_of(EVENT_BUS))
        self.heard: list[tuple[str, Any]] = []

    @property
    def details(self) -> list[Any]:
        """The details of the events."""
        return [detail for _, detail in self.heard]

    def _hear(self, params: dict[str, Any], **_: Any) -> None:
        self.heard += [(each["DetailType"], orjson.loads(each["Detail"])) for each in params["Entries"]]
