"""The expected conversion results: each session counts where it begins, with or without a purchase."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.metrics.question import MetricQuestion
from tests.functions.metrics.calendar_of_zones import bucket_of

Event = Mapping[str, Any]


def points(question: MetricQuestion, events: Sequence[Event]) -> dict[datetime, Decimal]:
    """The value of every bucket in which a session begins."""
    found: defaultdict[datetime, list[Sequence[Event]]] = defaultdict(list)
    for session in _sessions(question, events):
        found[bucket_of(question, _begun(session))].append(session)
    return {start: _converted(sessions) for start, sessions in sorted(found.items())}


def total(question: MetricQuestion, events: Sequence[Event]) -> Decimal:
    """Over the whole range, 0 where no session begins."""
    return _converted(_sessions(question, events))


def counted(question: MetricQuestion, events: Sequence[Event]) -> list[Event]:
    """The events of the sessions that begin in the range."""
    return [event for session in _sessions(question, events) for event in session]


def _sessions(question: MetricQuestion, events: Sequence[Event]) -> list[Sequence[Event]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event["session_id"]].append(event)
    begun = [session for session in found.values() if question.start <= _begun(session) < question.end]
    return [
        session
        for session in begun
        if all(any(event[name] in values for event in session) for name, values in question.filters.items())
    ]


def _begun(session: Sequence[Event]) -> datetime:
    return min(event["timestamp"] for event in session)  # type: ignore[no-any-return] # a record's event time


def _converted(sessions: Sequence[Sequence[Event]]) -> Decimal:
    bought = sum(any(event["event_type"] == "purchase" for event in session) for session in sessions)
    return Decimal(bought) / len(sessions) if sessions else Decimal(0)
