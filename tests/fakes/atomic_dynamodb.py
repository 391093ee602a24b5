"""A DynamoDB client whose calls happen one after the other, since threads may interleave within a call of moto."""

import threading
from typing import Any

import boto3


def atomic_dynamodb() -> Any:
    """A real client over moto; each call is whole before the next begins, as DynamoDB promises for an item."""
    client = boto3.Session().client("dynamodb")
    turn = threading.Lock()
    client.meta.events.register_first("before-call.dynamodb", lambda **_: _take(turn))
    client.meta.events.register_last("after-call.dynamodb", lambda **_: turn.release())
    client.meta.events.register_last("after-call-error.dynamodb", lambda **_: turn.release())
    return client


def _take(turn: threading.Lock) -> None:
    if not turn.acquire(timeout=30):
        raise TimeoutError("a call to DynamoDB never ended")
