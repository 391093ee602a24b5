"""Resolves which version of a record is current: the data model's rule, one key at a time, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.lake.storage.stream_position import StreamPosition, sort_key


class Outcome(StrEnum):
    """Outcome of a delivered record; each has exactly one.

    `SUPERSEDED` counts as loaded: the record is a version of its own, but not the current one after the merge.
    """

    LOADED = "loaded"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class RecordVersion:
    """One version of a record: its content, the delivery and its source, the time of receipt and the day.

    `place` is the row number in the table of candidates; `day` is the number of days since 1970.
    """

    version: datetime
    content: tuple[Any, ...]
    delivery_id: str
    ingested_at: datetime
    place: int
    day: int = 0
    source_id: str = ""

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

    def contradicts(self, other: "RecordVersion") -> bool:
        """Whether another source uses the key with other content."""
        return self.source_id != other.source_id and self.content != other.content

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


BASE = -1
"""The number of the version in the table, where the delivered ones are numbered from 0."""


@dataclass(frozen=True)
class Resolution:
    """What became of the versions of one key, by their numbers.

    `current` is the number of the current version, and `outcomes` has one for each delivered version. `superseded` are
    versions with other content or a lower version than the current one that replaced them, or that was there before.
    `shared` are delivered versions whose key had other content from another source.
    """

    current: int
    outcomes: Sequence[Outcome]
    superseded: frozenset[int]
    shared: frozenset[int]


def resolve(base: RecordVersion | None, deliveries: Sequence[RecordVersion]) -> Resolution:
    """Resolve the versions of one key: which one is current, and the outcome of each delivered one, in order.

    The highest rank is current, so the result does not depend on the order of deliveries. A copy is a duplicate, even
    if it becomes current as the latest one. Other content under an equal version is a conflict, unless one shard of the
    stream assigned both versions; so is other content of another source, whatever its version. A record that is in the
    base because its delivery is repeated keeps its outcome.

    Args:
        base: the current version in the table.
        deliveries: the delivered versions, in order.

    Raises:
        ValueError: there is no version at all.
    """
    versions = {BASE: base, **dict(enumerate(deliveries))}
    outcomes, superseded, shared = list[Outcome](), set[int](), set[int]()
    holder = repeats_base = BASE
    for number, each in enumerate(deliveries):
        current = versions[holder]
        if current is None:
            holder, outcome = number, Outcome.LOADED
        elif holder == repeats_base == BASE and _is_replay(each, current):
            repeats_base, outcome = number, Outcome.LOADED
        else:
            outcome = _outcome(current, each)
            loser, holder = (number, holder) if each.is_older_than(current) else (holder, number)
            if outcome is not Outcome.DUPLICATE:  # of a repeated record, the repetition counts
                superseded.add(repeats_base if loser == BASE else loser)
            if each.contradicts(current):
                shared.add(number)
        outcomes.append(outcome)
    if versions[holder] is None:
        raise ValueError("a key with neither base nor deliveries has nothing to resolve")
    final = [_final(outcome, is_superseded=number in superseded) for number, outcome in enumerate(outcomes)]
    return Resolution(holder, final, frozenset(superseded), frozenset(shared))


def _is_replay(each: RecordVersion, base: RecordVersion) -> bool:
    return each.delivery_id == base.delivery_id and each.rank == base.rank and each.has_same_content(base)


def _outcome(current: RecordVersion, each: RecordVersion) -> Outcome:
    if each.has_same_content(current):
        return Outcome.DUPLICATE
    is_equal = each.version == current.version and not each.shares_shard_order(current)
    return Outcome.CONFLICT if is_equal or each.contradicts(current) else Outcome.LOADED


def _final(outcome: Outcome, *, is_superseded: bool) -> Outcome:
    return Outcome.SUPERSEDED if is_superseded and outcome is Outcome.LOADED else outcome
