"""The position of a delivery on the event stream, parsed from its id.

Arrival times are approximate and may be equal; for records of one millisecond the sequence numbers of the shard decide.
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
class StreamPosition:
    """The shard of a batch and the sequence number of its first record."""

    shard: str
    sequence: int

    @classmethod
    @lru_cache(maxsize=10_000)
    def of(cls, delivery_id: str) -> Self | None:
        """Parse the id of a delivery; None if it is not from the event stream."""
        match = _ORIGIN.match(delivery_id)
        return None if match is None else cls(match["shard"], int(match["sequence"]))


def sort_key(delivery_id: str) -> tuple[str, int]:
    """Return the sort key of deliveries received at one time; empty for those that are not from the stream."""
    position = StreamPosition.of(delivery_id)
    return ("", 0) if position is None else (position.shard, position.sequence)


def order_within_shards(items: Sequence[T], origin_of: Callable[[T], str]) -> list[T]:
    """Sort the batches of each shard among the positions that they have; other items keep theirs."""
    ordered = list(items)
    places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, item in enumerate(items):
        position = StreamPosition.of(origin_of(item))
        if position is not None:
            places[position.shard].append((position.sequence, place))
    for runs in places.values():
        for (_, place), (_, home) in zip(sorted(runs), runs, strict=True):
            ordered[home] = items[place]
    return ordered
