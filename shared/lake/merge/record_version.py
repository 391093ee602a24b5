"""Resolves which version of a record is current: the data model's rule, one key at a time, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.lake.storage.stream_position import StreamPosition, sort_key


class Outcome(StrEnum):
    """Outcome of a delivered record; each has exactly one.

    `SUPERSEDED` counts as loaded: the record is a version of its own, but a newer one was present.
    """

    LOADED = "loaded"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class RecordVersion:
    """One version of a record: its content, the delivery, the time of receipt and the day.

    `place` is the row number in the table of candidates; `day` is the number of days since 1970.
    """

    version: datetime
    content: tuple[Any, ...]
    delivery_id: str
    ingested_at: datetime
    place: int
    day: int = 0

    @property
    def rank(self) -> tuple[Any, ...]:
        """Sort key of the versions of a record, independent of the order in which they are compared.

        The version; for equal versions the time of receipt; then the position in the shard of the stream; then the
        delivery id. Within a delivery the later day wins, and within a day, for equal ranks, the later row.
        """
        return self.version, self.ingested_at, sort_key(self.delivery_id), self.delivery_id, self.day

    def has_same_content(self, other: "RecordVersion") -> bool:
        """Whether content and version are equal; versions that the platform assigned are not compared."""
        versioned_by_platform = self.by_platform and other.by_platform
        return self.content == other.content and (versioned_by_platform or self.version == other.version)

    def is_older_than(self, other: "RecordVersion") -> bool:
        """Compare ranks; their first two parts nearly always decide, and are cheaper."""
        own, theirs = (self.version, self.ingested_at), (other.version, other.ingested_at)
        return own < theirs if own != theirs else self.rank < other.rank

    def shares_shard_order(self, other: "RecordVersion") -> bool:
        """Whether the platform assigned both versions by the order of one shard; then they are never equal."""
        own, theirs = StreamPosition.of(self.delivery_id), StreamPosition.of(other.delivery_id)
        if own is None or theirs is None or not (self.by_platform and other.by_platform):
            return False
        return own.shard == theirs.shard

    @property
    def by_platform(self) -> bool:
        """Whether the platform assigned the version, from the time of receipt."""
        return self.version == self.ingested_at


def resolve(base: RecordVersion | None, deliveries: Sequence[RecordVersion]) -> tuple[RecordVersion, list[Outcome]]:
    """Resolve the deliveries of one key; return the current version, and the outcome of each delivery, in order.

    The highest rank is current, so the result does not depend on the order of deliveries. A copy is a duplicate, even
    if it becomes current as the latest one. An equal version with other content is a conflict, unless one shard of the
    stream assigned both versions. A record that is in the base because its delivery is repeated keeps its outcome.

    Args:
        base: the current version in the table.
        deliveries: the delivered versions, in order.

    Raises:
        ValueError: there is no version at all.
    """
    current, outcomes, repeated = base, list[Outcome](), False
    for each in deliveries:
        if current is None:
            current, outcome = each, Outcome.LOADED
        elif base is not None and not repeated and current is base and _is_replay(each, base):
            repeated, outcome = True, Outcome.LOADED
        else:
            current, outcome = _compare(current, each)
        outcomes.append(outcome)
    if current is None:
        raise ValueError("a key with neither base nor deliveries has nothing to resolve")
    return current, outcomes


def _is_replay(each: RecordVersion, base: RecordVersion) -> bool:
    return each.delivery_id == base.delivery_id and each.rank == base.rank and each.has_same_content(base)


def _compare(current: RecordVersion, each: RecordVersion) -> tuple[RecordVersion, Outcome]:
    winner = current if each.is_older_than(current) else each
    if each.has_same_content(current):
        return winner, Outcome.DUPLICATE
    if each.version == current.version and not each.shares_shard_order(current):
        return winner, Outcome.CONFLICT
    return winner, Outcome.LOADED if winner is each else Outcome.SUPERSEDED
