"""The pending objects of a partition: rows of deliveries, markers that cancel such rows, notices of moved records.

One pass of a merge reads only what fits into memory, which may be far more than its size in S3: a text that repeats a
thousand times compresses to almost nothing. The rest is left for the next pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from shared.lake.parquet.columns import read_parquet
from shared.lake.parquet.receipt import Receipt
from shared.lake.storage.object_store import LakeStore, ObjectName, StoredObject
from shared.lake.storage.paths import IncomingKey, IncomingKind

if TYPE_CHECKING:
    from shared.lake.storage.paths import PartitionId

CANCELLED = "cancelled"

MAX_BYTES = 64 * 1024 * 1024
"""Maximum size of the objects of one pass, compressed and decoded together, in bytes; a single object may exceed it."""


@dataclass(frozen=True)
class PendingObject:
    """A pending object and its rows; a marker has none."""

    stored: StoredObject
    table: pa.Table

    @property
    def size(self) -> int:
        """Memory use in bytes; markers are negligible."""
        return len(self.stored.body) + int(self.table.nbytes) if len(self.table) else 0


@dataclass(frozen=True)
class PendingObjects:
    """The objects of one pass by kind, and the names of the remaining ones."""

    rows: Sequence[PendingObject]
    move_notices: Sequence[PendingObject]
    cancelled: Mapping[str, StoredObject]
    remaining: Sequence[ObjectName] = ()

    @classmethod
    def read(cls, lake: LakeStore, partition: "PartitionId", schema: pa.Schema, most: int) -> Self:
        """List the pending objects and read them, oldest first, until their size exceeds a limit.

        Markers and the rows that they cancel are read first, so that no rows are merged without their marker.
        """
        names = _processing_order(lake.names(partition.incoming_prefix))
        found, size, place = list[tuple[IncomingKey, PendingObject]](), 0, 0
        while place < len(names) and size < most:
            name, parsed = names[place]
            stored, place = lake.get(name.key), place + 1
            if stored is not None:
                found.append((parsed, _read(stored, parsed, schema)))
                size += found[-1][1].size
        return cls(
            rows=[each for parsed, each in found if parsed.kind is IncomingKind.ROWS],
            move_notices=[each for parsed, each in found if parsed.kind is IncomingKind.MOVE_NOTICE],
            cancelled={
                parsed.rows_key: each.stored for parsed, each in found if parsed.kind is IncomingKind.CANCELLATION
            },
            remaining=[name for name, _ in names[place:]],
        )

    def classify(self, receipt: Receipt) -> "PendingRows":
        """Separate rows to merge from rows in the base and cancelled rows; rows in the base cannot be cancelled."""
        outcomes = {receipt_key(each.stored): receipt.merged.get(receipt_key(each.stored)) for each in self.rows}
        merged = {
            name.split(" ")[0]
            for name, outcomes_of_object in receipt.merged.items()
            if CANCELLED not in outcomes_of_object
        }
        cancelled = {
            receipt_key(each.stored): len(each.table)
            for each in self.rows
            if outcomes[receipt_key(each.stored)] is None
            and each.stored.key in self.cancelled
            and each.stored.key not in merged
        }
        tables = {
            receipt_key(each.stored): each.table
            for each in self.rows
            if receipt_key(each.stored) not in cancelled and CANCELLED not in (outcomes[receipt_key(each.stored)] or ())
        }
        fresh = {name: table for name, table in tables.items() if outcomes[name] is None}
        return PendingRows(fresh, [table for name, table in tables.items() if name not in fresh], cancelled)

    @property
    def consumed(self) -> list[StoredObject]:
        """The objects to delete after the merge: all except markers without rows."""
        present = {each.stored.key for each in self.rows}
        markers = [each for key, each in self.cancelled.items() if key in present]
        return [*(each.stored for each in (*self.rows, *self.move_notices)), *markers]

    @property
    def orphan_markers(self) -> list[StoredObject]:
        """The markers without rows: the rows are not written yet, or deleted already."""
        present = {*(each.stored.key for each in self.rows), *(name.key for name in self.remaining)}
        return [each for key, each in self.cancelled.items() if key not in present]


@dataclass(frozen=True)
class PendingRows:
    """Pending rows: those to merge, by object; those in the base already; the number of cancelled ones, by object."""

    fresh: Mapping[str, pa.Table]
    repeated: Sequence[pa.Table]
    cancelled: Mapping[str, int]


def receipt_key(stored: StoredObject | ObjectName) -> str:
    """Return the name of an object in a receipt: its key and ETag."""
    return f"{stored.key} {stored.etag}"


def _processing_order(names: Iterable[ObjectName]) -> list[tuple[ObjectName, IncomingKey]]:
    parsed = [(name, key) for name in names if (key := IncomingKey.parse(name.key)) is not None]
    marked = {key.rows_key for _, key in parsed if key.kind is IncomingKind.CANCELLATION}

    def rank(each: tuple[ObjectName, IncomingKey]) -> tuple[bool, bool, float, str]:
        name, key = each
        is_marker = key.kind is IncomingKind.CANCELLATION
        return not is_marker, name.key not in marked, name.made_at, name.key

    return sorted(parsed, key=rank)


def _read(stored: StoredObject, key: IncomingKey, schema: pa.Schema) -> PendingObject:
    is_marker = key.kind is IncomingKind.CANCELLATION
    return PendingObject(stored, schema.empty_table() if is_marker else read_parquet(stored.body, schema))
