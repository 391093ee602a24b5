"""Which of the records with one key stands: the data model's rule, one key at a time, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.lake.positions import Position


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
    """One record of a key: its version, what it says and which delivery brought it when.

    `place` tells where the record stands in its table, so that the winner can be found again.
    """

    version: datetime
    content: tuple[Any, ...]
    origin: str
    ingested_at: datetime
    place: int

    def says_the_same_as(self, other: "Version") -> bool:
        """Whether this is a copy: equal content and version, or equal content where the platform gave the versions."""
        here = self.by_platform and other.by_platform
        return self.content == other.content and (here or self.version == other.version)

    def stands_after(self, other: "Version") -> bool | None:
        """Whether this one is later in the shard that both come from; None if they come from no one shard."""
        mine, others = Position.of(self.origin), Position.of(other.origin)
        if mine is None or others is None or mine.shard != others.shard:
            return None
        return (mine.sequence, self.ingested_at) >= (others.sequence, other.ingested_at)

    def is_ordered_with(self, other: "Version") -> bool:
        """Whether the stream itself gave both their versions: then they are never equal."""
        return self.by_platform and other.by_platform and self.stands_after(other) is not None

    @property
    def by_platform(self) -> bool:
        """Whether the platform gave the version, by when the record arrived."""
        return self.version == self.ingested_at


def settle(base: Version | None, deliveries: Sequence[Version]) -> tuple[Version, list[Fate]]:
    """Let the deliveries of one key meet what stands; return who stands then, and the fate of each, in their order.

    The higher version wins. A copy is a duplicate. An equal version with other content is a conflict, and the last
    delivery wins. Where the platform gives versions, those of one shard of the stream are ordered as they stand there,
    whatever the clocks say. A record that meets itself in the base, because its delivery is repeated, keeps its fate.

    Raises:
        ValueError: neither a base nor a delivery is given.
    """
    standing, fates, repeated = base, list[Fate](), False
    for each in deliveries:
        if standing is None:
            standing, fate = each, Fate.LOADED
        elif not repeated and standing is base and each.origin == base.origin and each.says_the_same_as(base):
            repeated, fate = True, Fate.LOADED
        else:
            standing, fate = _meet(standing, each)
        fates.append(fate)
    if standing is None:
        raise ValueError("a key with neither base nor deliveries has nothing to settle")
    return standing, fates


def _meet(standing: Version, each: Version) -> tuple[Version, Fate]:
    if each.says_the_same_as(standing):
        return standing, Fate.DUPLICATE
    ordered, equal = each.is_ordered_with(standing), each.version == standing.version
    wins = each.stands_after(standing) if ordered or equal else None
    if wins is None:
        wins = (each.version, each.ingested_at) >= (standing.version, standing.ingested_at)
    winner = each if wins else standing
    if equal and not ordered:
        return winner, Fate.CONFLICT
    return winner, Fate.LOADED if wins else Fate.SUPERSEDED
