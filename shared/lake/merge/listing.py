"""Lists the incoming objects of a data type, and puts them into the order in which passes take them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Self

from shared.lake.storage.paths import IncomingKey, IncomingKind, incoming_prefix

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore, ObjectName
    from shared.records.schema import DataType

Named = tuple["ObjectName", IncomingKey]

_SMALL = 256 * 1024


@dataclass(frozen=True)
class Listing:
    """The names of incoming objects, in the order of their keys.

    `rows` can be downloaded, `damaged` are known to be unreadable, and `markers` cancel rows. If more than the limit
    wait, `last_key` is where the listing ends. The key of a marker precedes that of its rows, so the markers of all
    `rows` are listed.
    """

    rows: Sequence[Named]
    markers: "Sequence[Named]"
    damaged: "Sequence[ObjectName]" = ()
    last_key: str | None = None

    @classmethod
    def read(cls, lake: "LakeStore", data_type: "DataType", most: int, damaged: "Collection[ObjectName]") -> Self:
        """List the objects; those that are known to be damaged do not count, so that they never hide others."""
        rows, markers, found, last_key = list[Named](), list[Named](), list["ObjectName"](), None
        for name in lake.names(incoming_prefix(data_type)):
            key = IncomingKey.parse(name.key)
            if key is None:
                continue
            if len(rows) + len(markers) == most:
                return cls(rows, markers, found, last_key)
            last_key = name.key
            if name in damaged:
                found.append(name)
            else:
                (markers if key.kind is IncomingKind.CANCELLATION else rows).append((name, key))
        return cls(rows, markers, found)

    def may_have_rows(self, key: str) -> bool:
        """Whether rows with this key wait, or may wait behind the end of the listing."""
        return key in self._keys or self.ends_before(key)

    def ends_before(self, key: str) -> bool:
        """Whether this key lies behind the end of the listing."""
        return self.last_key is not None and key > self.last_key

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset([*(name.key for name, _ in self.rows), *(name.key for name in self.damaged)])

    def in_order(self) -> "list[Named]":
        """Return cancelled rows first, then small and large objects in turn.

        In turn, so that neither a large backfill holds up small deliveries nor the other way round; and of each size
        the oldest and the newest in turn, so that a delivery need not wait for all that came before it, and none waits
        forever.
        """
        marked = {key.rows_key for _, key in self.markers}
        waiting = sorted(self.rows, key=lambda each: (each[0].made_at, each[0].key))
        first = [each for each in waiting if each[0].key in marked]
        rest = [each for each in waiting if each[0].key not in marked]
        small, large = ([each for each in rest if (each[0].size <= _SMALL) is fits] for fits in (True, False))
        return [*first, *_in_turn(_from_both_ends(small), _from_both_ends(large))]


def _from_both_ends(objects: Sequence[Named]) -> list[Named]:
    """Return the first, the last, the second, the last but one, and so on."""
    half = (len(objects) + 1) // 2
    ends = zip_longest(objects[:half], reversed(objects[half:]))
    return [each for pair in ends for each in pair if each is not None]


def _in_turn(small: Iterable[Named], large: Iterable[Named]) -> Iterator[Named]:
    """Yield as many small objects as fit beside a large one, then that one, and so on."""
    waiting, spent = iter(small), 0
    for each in large:
        yield each
        spent = each[0].size
        for other in waiting:
            yield other
            spent -= other[0].size
            if spent <= 0:
                break
    yield from waiting
