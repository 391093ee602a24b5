"""Which of the records with one key stands: the data model's rule, one key at a time, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.lake.storage.stream_position import Position, stood


class Fate(StrEnum):
    """What a delivered record turned out to be; each has exactly one fate.

    `SUPERSEDED` counts as loaded: it is a version of its own, but a higher one was there before it.
    """

    LOADED = "loaded"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Version:
    """One record of a key: its version, what it says, which delivery brought it when and to which day.

    `place` tells where the record stands in its table, so that the winner can be found again; `day` counts from 1970.
    """

    version: datetime
    content: tuple[Any, ...]
    origin: str
    ingested_at: datetime
    place: int
    day: int = 0

    @property
    def rank(self) -> tuple[Any, ...]:
        """What decides between any two records of a key, in whatever order and place they meet.

        The version; between equal ones when it arrived; then where it stood in its shard of the stream; then the
        delivery's name. Within one delivery the later day, and within a day, where ranks are equal, the later line.
        """
        return self.version, self.ingested_at, stood(self.origin), self.origin, self.day

    def says_the_same_as(self, other: "Version") -> bool:
        """Whether this is a copy: equal content and version, or equal content where the platform gave the versions."""
        here = self.by_platform and other.by_platform
        return self.content == other.content and (here or self.version == other.version)

    def ranks_below(self, other: "Version") -> bool:
        """Compare ranks, by their first parts where those decide, as they nearly always do."""
        mine, others = (self.version, self.ingested_at), (other.version, other.ingested_at)
        return mine < others if mine != others else self.rank < other.rank

    def is_ordered_with(self, other: "Version") -> bool:
        """Whether one shard of the stream gave both their versions: then they are never equal."""
        mine, others = Position.of(self.origin), Position.of(other.origin)
        if mine is None or others is None or not (self.by_platform and other.by_platform):
            return False
        return mine.shard == others.shard

    @property
    def by_platform(self) -> bool:
        """Whether the platform gave the version, by when the record arrived."""
        return self.version == self.ingested_at


def settle(
    base: Version | None, deliveries: Sequence[Version], elsewhere: Version | None = None
) -> tuple[Version, list[Fate]]:
    """Let the deliveries of one key meet what stands; return who stands then, and the fate of each, in their order.

    The highest rank stands, so that what stands does not depend on the order of the deliveries. A copy is a
    duplicate, even where it stands then, as the latest to say so. An equal version with other content is a conflict,
    but where a shard of the stream gave the versions. A record that meets itself in the base, because its delivery is
    repeated, keeps its fate.

    Args:
        base: what stands in the partition.
        deliveries: what arrived, one after the other.
        elsewhere: what stands in another day's partition.

    Raises:
        ValueError: there is no record at all.
    """
    standing, fates, repeated = _higher(base, elsewhere), list[Fate](), False
    for each in deliveries:
        if standing is None:
            standing, fate = each, Fate.LOADED
        elif base is not None and not repeated and standing is base and _is_repeated(each, base):
            repeated, fate = True, Fate.LOADED
        else:
            standing, fate = _meet(standing, each)
        fates.append(fate)
    if standing is None:
        raise ValueError("a key with neither base nor deliveries has nothing to settle")
    return standing, fates


def _higher(base: Version | None, elsewhere: Version | None) -> Version | None:
    if base is None or elsewhere is None:
        return base or elsewhere
    return elsewhere if base.ranks_below(elsewhere) else base


def _is_repeated(each: Version, base: Version) -> bool:
    return each.origin == base.origin and each.rank == base.rank and each.says_the_same_as(base)


def _meet(standing: Version, each: Version) -> tuple[Version, Fate]:
    winner = standing if each.ranks_below(standing) else each
    if each.says_the_same_as(standing):
        return winner, Fate.DUPLICATE
    if each.version == standing.version and not each.is_ordered_with(standing):
        return winner, Fate.CONFLICT
    return winner, Fate.LOADED if winner is each else Fate.SUPERSEDED
