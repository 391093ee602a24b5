"""One of several producers: boto3 and what the README says of a record, in a process of its own."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from botocore.config import Config

from infra.local.emulator.credentials import EmulatorCredentials

SOURCE = "bench-clicks"
PER_CALL = 500
_SENT_TWICE_EVERY = 50
_RETRIES = Config(retries={"mode": "standard", "max_attempts": 10}, read_timeout=120)
_STEPS = (
    "page_view",
    "product_view",
    "product_view",
    "search",
    "add_to_cart",
    "remove_from_cart",
    "checkout",
    "purchase",
)


@dataclass(frozen=True)
class Task:
    """What one producer has to send, and where."""

    endpoint: str
    credentials: EmulatorCredentials
    stream: str
    producer: int
    events: int


@dataclass(frozen=True)
class Pushed:
    """What one producer has sent: some of it twice, as a producer does that did not hear of its success."""

    records: int
    began: float
    ended: float


def push(task: Task) -> Pushed:
    """Put all events on the stream, 500 to a call, and those again that it did not take."""
    kinesis = task.credentials.session().client("kinesis", endpoint_url=task.endpoint, config=_RETRIES)
    began, records = time.time(), 0
    events = _events(task)
    for number, call in enumerate(iter(lambda: list(islice(events, PER_CALL)), [])):
        for _ in range(2 if number % _SENT_TWICE_EVERY == 0 else 1):
            records += _put(kinesis, task.stream, call)
    return Pushed(records, began, time.time())


def _put(kinesis: Any, stream: str, waiting: list[dict[str, Any]]) -> int:
    put = 0
    while waiting:
        answer = kinesis.put_records(StreamName=stream, Records=waiting)
        refused = [each for each, result in zip(waiting, answer["Records"], strict=True) if result.get("ErrorCode")]
        put += len(waiting) - len(refused)
        waiting = refused
    return put


def _events(task: Task) -> Iterator[dict[str, Any]]:
    for number in range(task.events):
        visit = f"s-{task.producer}-{number // 12}"
        event = {
            "event_id": event_id(task.producer, number),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "session_id": visit,
            "event_type": _STEPS[number % len(_STEPS)],
            "product_id": f"product-{number % 997:04d}",
            "channel": "web",
            "region": "Germany",
            "device": "mobile",
        }
        envelope = {"source_id": SOURCE, "data_type": "events", "timestamp": event["timestamp"], "data": event}
        yield {"Data": orjson.dumps(envelope), "PartitionKey": visit}


def event_id(producer: int, number: int) -> str:
    """Name an event among all."""
    return f"e-{producer}-{number:08d}"
