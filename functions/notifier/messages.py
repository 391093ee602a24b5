"""Reads the messages of the notification queue: `{"notification_id": "…"}`, or the event of the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shared.events.bus import SCHEDULED
from shared.runtime.observability import logger


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What the messages of one run ask for; `unreadable` are the ids of those that cannot be read."""

    notification_ids: Sequence[str]
    is_time_to_sweep: bool
    unreadable: Sequence[str]


def read(records: Sequence[Mapping[str, Any]]) -> Batch:
    """Read a batch of messages."""
    bodies = {record["messageId"]: _read(record["body"]) for record in records}
    return Batch(
        notification_ids=[each["notification_id"] for each in bodies.values() if "notification_id" in each],
        is_time_to_sweep=any(each.get("detail-type") == SCHEDULED for each in bodies.values()),
        unreadable=[message for message, each in bodies.items() if not each],
    )


def failures(unreadable: Sequence[str]) -> dict[str, Any]:
    """Return the partial batch response by which unreadable messages reach the dead-letter queue."""
    return {"batchItemFailures": [{"itemIdentifier": each} for each in unreadable]}


def _read(body: str) -> dict[str, Any]:
    """Return the contents of a message; empty if it cannot be read."""
    try:
        match orjson.loads(body):
            case {"notification_id": str(named)}:
                return {"notification_id": named}
            case {"detail-type": str(kind)}:
                return {"detail-type": kind}
    except ValueError:
        pass
    logger().error("the message names no notification", body=body)
    return {}
