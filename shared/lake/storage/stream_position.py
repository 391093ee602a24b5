"""Where on the event stream a run of records stood, as its deliveries' names tell it.

Arrival times are approximate and may be equal: between records of one millisecond the sequence numbers of their shard
say which is later.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, TypeVar

T = TypeVar("T")
_ORIGIN = re.compile(r"(?P<shard>shardId-\d{1,20})~(?P<sequence>\d{1,129})~")


@dataclass(frozen=True)
class Position:
    """The shard of a run and the sequence number of its first record."""

    shard: str
    sequence: int

    @classmethod
    @lru_cache(maxsize=10_000)
    def of(cls, origin: str) -> Self | None:
        """Where the delivery of this name came from; None if that is not the event stream."""
        match = _ORIGIN.match(origin)
        return None if match is None else cls(match["shard"], int(match["sequence"]))


def stood(origin: str) -> tuple[str, int]:
    """What orders deliveries of one moment, before their names do; nothing, but for those of the event stream."""
    position = Position.of(origin)
    return ("", 0) if position is None else (position.shard, position.sequence)


def in_shard_order(items: Sequence[T], origin_of: Callable[[T], str]) -> list[T]:
    """Let the runs of each shard change places among themselves until they are in order; all else stays in place."""
    ordered = list(items)
    places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, item in enumerate(items):
        position = Position.of(origin_of(item))
        if position is not None:
            places[position.shard].append((position.sequence, place))
    for runs in places.values():
        for (_, place), (_, home) in zip(sorted(runs), runs, strict=True):
            ordered[home] = items[place]
    return ordered
