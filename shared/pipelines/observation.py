"""What was observed at one moment of everything that pipelines are judged by, and what of it is late. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.lake.catalog.state import TableState
from shared.ledger.entry import Channel, LedgerEntry
from shared.ledger.items import Completion
from shared.ledger.models import LedgerCounters
from shared.notifications.entries import Backlog
from shared.pipelines.run_register import RunCounts
from shared.runtime.resources import Queue
from shared.sources.arrivals import ChannelArrivals

MOST_UNFINISHED = 1_000
"""Unfinished deliveries that are read."""

Allowed = Mapping[Channel, timedelta]
"""How long rows may take to pass a stage, for each channel that the stage takes rows from."""


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """The approximate numbers of messages of a queue, and of its dead-letter queue."""

    waiting: int
    in_process: int
    dead_letters: int


@dataclass(frozen=True, kw_only=True)
class StreamBacklog:
    """What the stream consumer has not read.

    Attributes:
        oldest: when the first waiting record arrived; None if no record waits.
        processed_at: when a record was last processed; None if none ever was.
        failures: the number of runs of records that were given up; None if it is not known.
    """

    oldest: datetime | None
    processed_at: datetime | None
    failures: int | None


@dataclass(frozen=True, kw_only=True)
class WaitingFile:
    """A file that arrived and is not loaded yet.

    Attributes:
        since: when it arrived.
        is_taken: whether the loader has begun with it.
        is_in_process: whether a run of the loader is working on it.
        rows: the rows that are left; None before they are counted.
    """

    since: datetime
    is_taken: bool
    is_in_process: bool
    rows: int | None


@dataclass(frozen=True, kw_only=True)
class Computation:
    """The published computation of customers; `started_at` is unknown for those of early versions."""

    started_at: datetime | None
    customers: int


@dataclass(frozen=True)
class UnreadEvents:
    """The number of events for WebSocket connections that wait, and when the first of them occurred."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Everything that pipelines are judged by, at one moment.

    Attributes:
        at: the moment.
        first_hour: start of the first hour whose rows `totals` has.
        arrivals: how the sources have delivered.
        totals: the outcomes of the rows of the last 24 hours.
        unfinished: the deliveries with rows in flight, oldest first; at most `MOST_UNFINISHED` and one.
        completed: deliveries that were completed last.
        states: the published states of the tables.
        files: the files that are not loaded yet.
        computation: the published computation of customers.
        connections: the number of open WebSocket connections.
        outbox: notifications that wait or were given up.
        unread: the events that no connection has been handed yet.
        runs: the replay runs under way, and those that ended in the last 24 hours.
        queues: the depth of each queue; None where SQS does not respond.
        stream: the backlog of the stream; None if Kinesis does not respond.
        feed_failures: the number of runs of changed decisions that were given up; None if S3 does not respond.
        unreachable: the other services that do not respond.
    """

    at: datetime
    first_hour: datetime
    arrivals: Sequence[ChannelArrivals] = ()
    totals: Mapping[Channel, LedgerCounters]
    unfinished: Sequence[LedgerEntry] = ()
    completed: Sequence[Completion] = ()
    states: Sequence[TableState] = ()
    files: Sequence[WaitingFile] = ()
    computation: Computation | None = None
    connections: int = 0
    outbox: Backlog
    unread: UnreadEvents = UnreadEvents()
    runs: RunCounts = field(default_factory=RunCounts)
    queues: Mapping[Queue, QueueDepth | None]
    stream: StreamBacklog | None
    feed_failures: int | None
    unreachable: frozenset[str] = frozenset()

    @property
    def has_more(self) -> bool:
        """Whether more deliveries are unfinished than were read."""
        return len(self.unfinished) > MOST_UNFINISHED

    def total(self, channels: Collection[Channel]) -> LedgerCounters:
        """Return the outcomes of the rows of some channels."""
        return LedgerCounters.sum(self.totals[channel] for channel in channels)

    def waiting(self, channels: Collection[Channel], *, written: bool) -> list[LedgerEntry]:
        """Return the deliveries of some channels whose rows wait for the merge, or to be written for it."""
        return [each for each in self.unfinished if each.channel in channels and each.written is written]

    def last_merge(self, channels: Collection[Channel]) -> datetime | None:
        """Return when rows of some channels were last merged."""
        merged = [each for each in self.completed if each.channel in channels and each.was_merged]
        return max((each.completed_at for each in merged), default=None)

    def late(self, entries: Iterable[LedgerEntry], allowed: Allowed) -> list[LedgerEntry]:
        """Return the deliveries that have been in flight for longer than they may.

        The rows of a redrive were received long before, and when it started is not known.
        """
        return [each for each in entries if not each.redrives and each.received_at + allowed[each.channel] < self.at]

    def completeness(self, allowed: Allowed) -> float | None:
        """Return the share of the rows of the last 24 hours that have an outcome, of those that are due.

        Behind more late deliveries than are read, all rows in flight count as late.
        """
        total = self.total(allowed)
        in_flight = max(total.in_flight, 0)
        entries = [each for each in self.unfinished if each.channel in allowed and each.received_at >= self.first_hour]
        late = self.late(entries, allowed)
        missing = sum(each.in_flight for each in late)
        missing = in_flight if late and self.has_more else min(missing, in_flight)
        settled = total.received - in_flight
        return settled / (settled + missing) if settled + missing > 0 else None
