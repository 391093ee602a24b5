"""Which events a connection of `/ws/analytics` is sent next, and which are dropped for it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shared.live.connections import Connection
from shared.live.event_log import Event
from shared.push.analytics_messages import EventKind, Subscription
from shared.push.plans import Plan
from shared.runtime.models import rfc3339

MOST_DECISIONS = 50
"""Decisions that a connection is sent within a second; those of a replay are not counted."""

_MOST_MESSAGES = 200
_LAGS_AFTER = 500


@dataclass
class Progress:
    """What a connection has been sent.

    Attributes:
        revision: the subscription that it is about.
        cursor: the id up to which events have been sent, or were not wanted.
        second: the second in which decisions were last sent, since 1970.
        sent: their number in this second.
        dropped: the number of decisions dropped since the last event.
        dropped_after: the id after which the first of them comes.
    """

    revision: int
    cursor: int
    second: int = 0
    sent: int = 0
    dropped: int = 0
    dropped_after: int = 0

    @classmethod
    def of(cls, connection: Connection, wanted: Subscription) -> "Progress":
        """Return the progress of a connection since it subscribed."""
        stored = connection.progress
        if stored.get("revision") == wanted.revision:
            return cls(**stored)
        return cls(wanted.revision, wanted.start)


def plan(
    connection: Connection, wanted: Subscription, events: Iterable[Event], now: datetime, *, has_more: bool = False
) -> Plan | None:
    """Return what a connection is sent of the events after its cursor; None if that is nothing.

    `has_more` says that there are events after these.
    """
    progress = Progress.of(connection, wanted)
    begun = progress.cursor
    had_dropped, second = progress.dropped, int(now.timestamp())
    if progress.second != second:
        progress.second, progress.sent = second, 0
        may_report = had_dropped > 0
    else:
        may_report = False
    messages: list[bytes] = []
    for event in events:
        if len(messages) >= _MOST_MESSAGES:
            has_more = True
            break
        if _is_wanted(event, wanted):
            if _exceeds(event, wanted, progress):
                progress.dropped_after = progress.dropped_after if progress.dropped else progress.cursor
                progress.dropped += 1
            else:
                messages.append(_message(event, progress))
        progress.cursor = event.id
    if may_report and not messages:
        messages.append(_dropped(progress, now))
    if not messages and not has_more and progress.dropped == had_dropped and progress.cursor - begun < _LAGS_AFTER:
        return None
    again = 0 if has_more else 1 if progress.dropped else None
    return Plan(connection=connection, messages=messages, progress=vars(progress), again_after=again)


def _is_wanted(event: Event, wanted: Subscription) -> bool:
    if event.kind not in wanted.events:
        return False
    return event.kind != EventKind.DECISION or wanted.filters.admits(event.data["decision"])


def _exceeds(event: Event, wanted: Subscription, progress: Progress) -> bool:
    """Whether one decision more would be too many for this second; counts it otherwise."""
    if event.kind != EventKind.DECISION or event.id <= wanted.replayed_through:
        return False
    if progress.sent >= MOST_DECISIONS:
        return True
    progress.sent += 1
    return False


def _message(event: Event, progress: Progress) -> bytes:
    dropped = _reset(progress)
    return orjson.dumps({**event.message, **dropped})


def _dropped(progress: Progress, now: datetime) -> bytes:
    at = {"id": progress.cursor, "timestamp": rfc3339(now)}
    dropped = _reset(progress)
    return orjson.dumps({"event": "dropped", **at, "data": {}, **dropped})


def _reset(progress: Progress) -> Mapping[str, Any]:
    """Return what is said about dropped decisions, once."""
    if not progress.dropped:
        return {}
    told = {"dropped": progress.dropped, "droppedAfter": progress.dropped_after}
    progress.dropped = progress.dropped_after = 0
    return told


def lowest_cursor(connections: Sequence[Connection], *, above: int) -> int:
    """Return the lowest cursor of connections that is not below a bound; that bound if there is none."""
    found = [Subscription.read(each.subscription) for each in connections]
    cursors = [Progress.of(each, wanted).cursor for each, wanted in zip(connections, found, strict=True) if wanted]
    return min((each for each in cursors if each >= above), default=above)
