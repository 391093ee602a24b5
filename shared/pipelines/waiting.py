"""What measures of stages have in common: which rows wait, since when, and how that is said. Pure."""

from collections.abc import Sequence
from datetime import datetime

from shared.ledger.entry import LedgerEntry
from shared.pipelines.judgement import Measurement, in_words
from shared.pipelines.observation import Allowed, QueueDepth
from shared.runtime.words import counted

SQS, S3, KINESIS, GLUE, ATHENA = "SQS", "S3", "Kinesis", "Glue", "Athena"
"""The names under which services are reported that do not respond."""


def messages(depth: QueueDepth | None) -> Measurement:
    """Measure a queue; only what is in it is known, not what has passed."""
    if depth is None:
        return Measurement(taken_in=None, given_out=None, waiting=None, unreachable=SQS)
    return Measurement(taken_in=None, given_out=None, waiting=depth.waiting + depth.in_process)


def rows_of(entries: Sequence[LedgerEntry]) -> int:
    """Return the number of rows in flight."""
    return sum(each.in_flight for each in entries)


def oldest_of(entries: Sequence[LedgerEntry]) -> datetime | None:
    """Return when the oldest delivery came; those with redriven rows came long before these."""
    return min((each.received_at for each in entries if not each.redrives), default=None)


def due_of(late: Sequence[LedgerEntry], allowed: Allowed) -> datetime | None:
    """Return when the first of some late deliveries was due."""
    return min((each.received_at + allowed[each.channel] for each in late), default=None)


def is_blocked(late: Sequence[LedgerEntry], last_merge: datetime | None) -> bool:
    """Whether no rows have been merged since the oldest of some late deliveries came."""
    oldest = oldest_of(late)
    return last_merge is None or (oldest is not None and last_merge < oldest)


def deliveries_late(late: Sequence[LedgerEntry], at: datetime, undone: str) -> str:
    """Say what is late: `5 rows of 2 deliveries not merged, the oldest for 20 minutes`."""
    rows, number = counted(rows_of(late), "row"), counted(len(late), "delivery", "deliveries")
    return late_since(f"{rows} of {number} {undone}", oldest_of(late), at)


def late_since(what: str, since: datetime | None, at: datetime) -> str:
    """Say what is late, and since when; nothing if nothing waits."""
    return "" if since is None else f"{what}, the oldest for {in_words(at - since)}"


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two moments that may be absent."""
    return min((each for each in (one, other) if each), default=None)
