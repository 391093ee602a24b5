"""What waits for a partition: rows of deliveries, markers that cancel such rows, news of records that moved.

One pass of a merge takes in only as much as memory is meant for, however little of it that is in S3: a text repeated
a thousand times takes up nothing there. What is left is there for the next pass, as if it had come later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from shared.lake.parquet.columns import read_parquet
from shared.lake.parquet.receipt import Receipt
from shared.lake.storage.object_store import LakeStore, ObjectName, StoredObject
from shared.lake.storage.paths import Arrival, IncomingKey

if TYPE_CHECKING:
    from shared.lake.storage.paths import PartitionId

CANCELLED = "cancelled"

MOST_BYTES = 64 * 1024 * 1024
"""What the objects of one pass may take up, packed and unpacked together; a single one may take more."""


@dataclass(frozen=True)
class Read:
    """An object that waits, as it was read: its bytes, and the rows in them; a marker has none."""

    stored: StoredObject
    table: pa.Table

    @property
    def size(self) -> int:
        """How much memory it takes; markers are next to nothing, however many there are."""
        return len(self.stored.body) + int(self.table.nbytes) if len(self.table) else 0


@dataclass(frozen=True)
class Arrivals:
    """What one pass takes in, sorted by what it is, and the names of what it leaves for the next."""

    rows: Sequence[Read]
    news: Sequence[Read]
    cancelled: Mapping[str, StoredObject]
    left: Sequence[ObjectName] = ()

    @classmethod
    def read(cls, lake: LakeStore, partition: "PartitionId", schema: pa.Schema, most: int) -> Self:
        """List what waits, and read it, the oldest first, until that takes up so many bytes.

        Markers, and the rows that they cancel, come before all others, so that no rows are merged without theirs.
        """
        names = _in_order(lake.names(partition.incoming_prefix))
        found, size, place = list[tuple[IncomingKey, Read]](), 0, 0
        while place < len(names) and size < most:
            name, parsed = names[place]
            stored, place = lake.get(name.key), place + 1
            if stored is not None:
                found.append((parsed, _read(stored, parsed, schema)))
                size += found[-1][1].size
        return cls(
            rows=[each for parsed, each in found if parsed.arrival is Arrival.ROWS],
            news=[each for parsed, each in found if parsed.arrival is Arrival.MOVES],
            cancelled={
                parsed.rows_key: each.stored for parsed, each in found if parsed.arrival is Arrival.CANCELLATION
            },
            left=[name for name, _ in names[place:]],
        )

    def opened(self, receipt: Receipt) -> "Opened":
        """Sort the rows, as far as they are in the base or shall be; a delivery that is in it stays in it."""
        fates = {name_of(each.stored): receipt.merged.get(name_of(each.stored)) for each in self.rows}
        merged = {name.split(" ")[0] for name, told in receipt.merged.items() if CANCELLED not in told}
        cancelled = {
            name_of(each.stored): len(each.table)
            for each in self.rows
            if fates[name_of(each.stored)] is None
            and each.stored.key in self.cancelled
            and each.stored.key not in merged
        }
        tables = {
            name_of(each.stored): each.table
            for each in self.rows
            if name_of(each.stored) not in cancelled and CANCELLED not in (fates[name_of(each.stored)] or ())
        }
        fresh = {name: table for name, table in tables.items() if fates[name] is None}
        return Opened(fresh, [table for name, table in tables.items() if name not in fresh], cancelled)

    @property
    def settled(self) -> list[StoredObject]:
        """What has done its work when the partition is up to date: all but markers whose rows are not there."""
        there = {each.stored.key for each in self.rows}
        markers = [each for key, each in self.cancelled.items() if key in there]
        return [*(each.stored for each in (*self.rows, *self.news)), *markers]

    @property
    def early(self) -> list[StoredObject]:
        """The markers whose rows are not there: not yet, or not any more."""
        there = {*(each.stored.key for each in self.rows), *(name.key for name in self.left)}
        return [each for key, each in self.cancelled.items() if key not in there]


@dataclass(frozen=True)
class Opened:
    """The rows that wait: those to merge, by object; those that are in the base already; how many are cancelled."""

    fresh: Mapping[str, pa.Table]
    repeated: Sequence[pa.Table]
    cancelled: Mapping[str, int]


def name_of(stored: StoredObject | ObjectName) -> str:
    """An object as a receipt names it: its key and what it held."""
    return f"{stored.key} {stored.etag}"


def _in_order(names: Iterable[ObjectName]) -> list[tuple[ObjectName, IncomingKey]]:
    parsed = [(name, key) for name in names if (key := IncomingKey.parse(name.key)) is not None]
    marked = {key.rows_key for _, key in parsed if key.arrival is Arrival.CANCELLATION}

    def rank(each: tuple[ObjectName, IncomingKey]) -> tuple[bool, bool, float, str]:
        name, key = each
        is_marker = key.arrival is Arrival.CANCELLATION
        return not is_marker, name.key not in marked, name.made_at, name.key

    return sorted(parsed, key=rank)


def _read(stored: StoredObject, key: IncomingKey, schema: pa.Schema) -> Read:
    is_marker = key.arrival is Arrival.CANCELLATION
    return Read(stored, schema.empty_table() if is_marker else read_parquet(stored.body, schema))
