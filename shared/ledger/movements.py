"""What changes of entries move: the totals of sources and hours, and the quality counts. Pure.

The changes of one transaction are added up, so that each item moves once, by how many deliveries ever.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from shared.ledger.arrival import arrivals_of
from shared.ledger.entry import Channel, LedgerEntry
from shared.quality.state import QualityCounts
from shared.quality.store import hour_of, hour_update
from shared.runtime.dynamodb import serialize
from shared.runtime.models import sortable

K = TypeVar("K")

Facet = tuple[str, str]
"""The key of the totals of a source and type."""


@dataclass(frozen=True)
class Change:
    """A change of an entry; before the first one, a delivery has none."""

    before: LedgerEntry | None
    after: LedgerEntry

    @property
    def moved(self) -> Counter[str]:
        """By how much each counter changes."""
        moved = Counter(self.after.counters)
        moved.subtract(self.before.counters if self.before else {})
        return moved

    @property
    def stored(self) -> LedgerEntry:
        """The entry as it is stored."""
        if self.before == self.after:
            return self.after
        return replace(self.after, revision=self.before.revision + 1 if self.before else 1)

    @property
    def facet(self) -> Facet:
        """The key of the totals that it moves."""
        return self.after.source_id, f"type#{self.after.data_type}"

    @property
    def seen(self) -> datetime | None:
        """Up to when the source's events are complete, if the change lets that be known."""
        before, after = self.before, self.after
        was_known = before is not None and before.is_complete and before.latest_event == after.latest_event
        return after.latest_event if after.is_complete and not was_known else None


@dataclass(frozen=True, kw_only=True)
class MovedTables:
    """The names of the tables that move with the entries."""

    sources: str
    hours: str
    quality: str


def of_channel(channel: Channel, counter: str) -> str:
    """Return the attribute of an hour with a counter of the deliveries of one channel."""
    return f"{channel}_{counter}"


def movements(
    changes: Sequence[Change], tables: MovedTables, *, watermarks: Mapping[Facet, str], at: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the updates that belong into the transaction of some changes.

    Args:
        changes: the changes, of different deliveries.
        tables: the tables.
        watermarks: how far the watermark of each facet has risen that may rise.
        at: now.
    """
    for facet, some in _grouped(changes, lambda each: each.facet):
        seen = max((sortable(each.seen) for each in some if each.seen), default="")
        rises = seen > watermarks.get(facet, "")
        if rises or _moves(some):
            yield {"TableName": tables.sources, **_totals(facet, some, seen if rises else None, at)}
    for (source_id, data_type, hour), some in _grouped(changes, _hour_of):
        if _moves(some):
            yield {"TableName": tables.hours, **_hour(source_id, f"{hour}#{data_type}", some)}
        received = some[0].after.received_at
        update = hour_update(
            tables.quality,
            hour_of(source_id, data_type, received),
            [
                (
                    each.after.delivery_id,
                    each.before.all_quality if each.before else QualityCounts(),
                    each.after.all_quality,
                )
                for each in some
            ],
        )
        if update is not None:
            yield update


def _moves(changes: Iterable[Change]) -> bool:
    """Whether there is anything to add; a first entry may have no rows, but its arrival counts."""
    return any(each.before is None or any(each.moved.values()) for each in changes)


def _totals(facet: Facet, changes: Sequence[Change], seen: str | None, at: datetime) -> dict[str, Any]:
    moved = _sum(each.moved for each in changes)
    new = [each.after for each in changes if each.before is None]
    arrival = arrivals_of(new)
    last = ":at" if new else "if_not_exists(last_ingestion, :at)"  # a late merge is no ingestion
    assigned = [
        f"last_ingestion = {last}",
        "#kind = if_not_exists(#kind, :kind)",
        "known_since = if_not_exists(known_since, :now)",  # not when it came: a stream may be read late
        *arrival.assigned,
    ]
    values = {
        **{f":{name}": value for name, value in moved.items()},
        **arrival.values,
        ":at": sortable(max(each.received_at for each in new or [each.after for each in changes])),
        ":kind": changes[0].after.channel.value,
        ":now": sortable(at),
    }
    rise: dict[str, Any] = {}
    if seen is not None:
        assigned.append("watermark = :seen")
        values[":seen"] = seen
        rise = {"ConditionExpression": "attribute_not_exists(watermark) OR watermark < :seen"}
    return {
        "Key": serialize(dict(zip(("source_id", "facet"), facet, strict=True))),
        "UpdateExpression": f"ADD {', '.join([*_added(moved), *arrival.added])} SET {', '.join(assigned)}",
        "ExpressionAttributeNames": {f"#{name}": name for name in (*moved, "kind")},
        "ExpressionAttributeValues": serialize(values),
        **rise,
    }


def _hour(source_id: str, hour: str, changes: Iterable[Change]) -> dict[str, Any]:
    """Move the totals of the hour in which deliveries were received, and among them those of their channels."""
    moved = _sum(
        Counter(
            {
                name_in: count
                for name, count in each.moved.items()
                for name_in in (name, of_channel(each.after.channel, name))
            }
        )
        for each in changes
    )
    return {
        "Key": serialize({"source_id": source_id, "hour": hour}),
        "UpdateExpression": f"ADD {', '.join(_added(moved))}",
        "ExpressionAttributeNames": {f"#{name}": name for name in moved},
        "ExpressionAttributeValues": serialize({f":{name}": value for name, value in moved.items()}),
    }


def _added(moved: Iterable[str]) -> list[str]:
    return [f"#{name} :{name}" for name in moved]


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    """Add up counters; those that are zero stay, so that an item has them all."""
    found = Counter[str]()
    for each in counters:
        found.update(each)
    return found


def _hour_of(change: Change) -> tuple[str, str, str]:
    entry = change.after
    return entry.source_id, entry.data_type, sortable(entry.received_at)[: len("2025-03-01T12")]


def _grouped(changes: Iterable[Change], key: Callable[[Change], K]) -> Iterable[tuple[K, list[Change]]]:
    found: defaultdict[K, list[Change]] = defaultdict(list)
    for each in changes:
        found[key(each)].append(each)
    return found.items()
