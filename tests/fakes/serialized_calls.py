"""Calls to moto made whole: AWS lets no two of them meet inside one item or object, moto's threads do."""

import threading
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

PATIENCE_SECONDS = 30


class SerializedCalls:
    """Admits one call at a time to moto."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._mine = threading.local()

    def listen(self, events: "BaseEventHooks") -> None:
        """Watch the clients that are made from these hooks: the turn begins last of all and ends first of all."""
        events.register_last("before-call", self._begin)
        events.register_first("after-call", self._end)
        events.register_first("after-call-error", self._end)

    def _begin(self, **_: Any) -> None:
        if not self._turn.acquire(timeout=PATIENCE_SECONDS):
            raise TimeoutError("a call to AWS never ended")
        self._mine.held = True

    def _end(self, **_: Any) -> None:
        if getattr(self._mine, "held", False):  # a call that is answered before it is sent never began
            self._mine.held = False
            self._turn.release()


def atomic_dynamodb() -> Any:
    """Return a DynamoDB client for racing threads."""
    client = boto3.Session().client("dynamodb")
    SerializedCalls().listen(client.meta.events)
    return client
