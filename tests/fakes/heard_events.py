"""A subscriber to everything that is published on the platform's bus."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import orjson

from shared.events.bus import EVENT_BUS, PlatformEvents
from shared.runtime.settings import Settings
from tests.fakes.live_clients import event_message


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


@contextmanager
def published(client: Any) -> Iterator[list[str]]:
    """The events that a client publishes inside, each as the message of a queue that the bus feeds."""
    messages: list[str] = []

    def hear(params: dict[str, Any], **_: Any) -> None:
        messages.extend(
            event_message(each["Source"], each["DetailType"], orjson.loads(each["Detail"]))
            for each in params["Entries"]
        )

    hook = "provide-client-params.events.PutEvents"
    client.meta.events.register(hook, hear)
    try:
        yield messages
    finally:
        client.meta.events.unregister(hook, hear)
