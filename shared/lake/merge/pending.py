"""The incoming objects of a data type: rows of deliveries, and markers that cancel such rows.

One pass of a merge reads only what fits into memory, which may be far more than its size in S3: a text that repeats a
thousand times compresses to almost nothing. The rest is left for the next pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from shared.lake.merge.limits import MAX_BYTES, MOST_OBJECTS, MOST_ROWS
from shared.lake.merge.receipt import Receipt
from shared.lake.parquet.columns import UnreadableObject, arrow_schema, read_parquet
from shared.lake.storage.object_store import LakeStore, ObjectName, StoredObject
from shared.lake.storage.paths import IncomingKey, IncomingKind, incoming_prefix
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.records.schema import DataType

CANCELLED = "cancelled"

_AT_ONCE = 8
_SMALL = 256 * 1024


@dataclass(frozen=True)
class PendingObject:
    """An incoming object and its rows; a marker has none."""

    stored: StoredObject
    key: IncomingKey
    table: pa.Table

    @property
    def name(self) -> str:
        """The name in receipts: key and ETag, so that another content under the same key is another object."""
        return f"{self.stored.key} {self.stored.etag}"

    @property
    def size(self) -> int:
        """Memory use in bytes."""
        return len(self.stored.body) + int(self.table.nbytes)


@dataclass(frozen=True)
class PendingObjects:
    """The objects of one pass, the markers, and the names of the remaining objects.

    `damaged` are objects that cannot be read. They are left alone and reported.
    """

    rows: Sequence[PendingObject]
    markers: Mapping[str, StoredObject]
    remaining: Sequence[ObjectName] = ()
    damaged: Sequence[ObjectName] = ()

    @classmethod
    def read(cls, lake: LakeStore, data_type: "DataType", most_bytes: int = MAX_BYTES) -> Self:
        """List the objects and read them until there are enough for one pass.

        Markers and the rows that they cancel are read first, so that no rows are merged without their marker. Several
        objects are downloaded at once, and decoded one after the other: how much memory one takes is known only then.
        """
        names = _processing_order(lake.names(incoming_prefix(data_type)))
        rows, markers = list[PendingObject](), dict[str, StoredObject]()
        damaged, read, size, length = list[ObjectName](), 0, 0, 0
        for name, key, stored in _download(lake, names, most_bytes):
            if size >= most_bytes or length >= MOST_ROWS or len(rows) >= MOST_OBJECTS:
                break
            read += 1
            if stored is None:
                continue
            each = _decode(data_type, key, stored)
            if each is None:
                damaged.append(name)
            elif key.kind is IncomingKind.CANCELLATION:
                markers[key.rows_key] = stored
            else:
                rows.append(each)
                size, length = size + each.size, length + len(each.table)
        return cls(
            rows=rows,
            markers=markers,
            remaining=[name for name, _ in names[read:]],
            damaged=damaged,
        )

    def classify(self, receipt: Receipt) -> "PendingRows":
        """Separate rows to merge from rows in the base and cancelled rows; rows in the base cannot be cancelled."""
        known = receipt.objects
        in_base = {name.split(" ")[0] for name, each in known.items() if CANCELLED not in each.outcomes}
        new = [each for each in self.rows if each.name not in known]
        stopped = {each.name for each in new if each.stored.key in self.markers and each.stored.key not in in_base}
        repeated = [each for each in self.rows if each.name in known and CANCELLED not in known[each.name].outcomes]
        return PendingRows(
            fresh=[each for each in new if each.name not in stopped],
            repeated=repeated,
            cancelled={each.name: len(each.table) for each in new if each.name in stopped},
        )

    @property
    def consumed(self) -> list[StoredObject]:
        """The objects to delete after the merge: all except markers without rows."""
        present = {each.stored.key for each in self.rows}
        return [*(each.stored for each in self.rows), *(each for key, each in self.markers.items() if key in present)]

    @property
    def orphan_markers(self) -> list[StoredObject]:
        """The markers without rows: the rows are not written yet, or deleted already."""
        present = {*(each.stored.key for each in self.rows), *(each.key for each in (*self.remaining, *self.damaged))}
        return [each for key, each in self.markers.items() if key not in present]


@dataclass(frozen=True)
class PendingRows:
    """Objects to merge, objects that are in the base already, and the number of cancelled rows by object."""

    fresh: Sequence[PendingObject]
    repeated: Sequence[PendingObject]
    cancelled: Mapping[str, int]


def _processing_order(names: Iterable[ObjectName]) -> list[tuple[ObjectName, IncomingKey]]:
    """Return markers first, then the rows that they cancel, then small and large objects in turn.

    In turn, so that neither a large backfill holds up small deliveries nor the other way round; and of each size the
    oldest and the newest in turn, so that a delivery need not wait for all that came before it, and none waits forever.
    """
    parsed = [(name, key) for name in names if (key := IncomingKey.parse(name.key)) is not None]
    marked = {key.rows_key for _, key in parsed if key.kind is IncomingKind.CANCELLATION}
    parsed.sort(key=lambda each: (each[0].made_at, each[0].key))
    first = [each for each in parsed if each[1].kind is IncomingKind.CANCELLATION]
    then = [each for each in parsed if each[0].key in marked]
    rest = [each for each in parsed if each[0].key not in marked and each[1].kind is IncomingKind.ROWS]
    small, large = ([each for each in rest if (each[0].size <= _SMALL) is fits] for fits in (True, False))
    return [*first, *then, *_in_turn(_from_both_ends(small), _from_both_ends(large))]


def _from_both_ends(
    objects: Sequence[tuple[ObjectName, IncomingKey]],
) -> list[tuple[ObjectName, IncomingKey]]:
    """Return the first, the last, the second, the last but one, and so on."""
    half = (len(objects) + 1) // 2
    ends = zip_longest(objects[:half], reversed(objects[half:]))
    return [each for pair in ends for each in pair if each is not None]


def _in_turn(
    small: Sequence[tuple[ObjectName, IncomingKey]], large: Sequence[tuple[ObjectName, IncomingKey]]
) -> Iterator[tuple[ObjectName, IncomingKey]]:
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


def _download(
    lake: LakeStore, names: Sequence[tuple[ObjectName, IncomingKey]], most_bytes: int
) -> Iterator[tuple[ObjectName, IncomingKey, StoredObject | None]]:
    """Yield objects in order, None for those that are gone; some are downloaded ahead."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for some in _batched(names, most_bytes):
            stored = pool.map(lambda each: lake.get(each[0].key), some)
            yield from ((name, key, each) for (name, key), each in zip(some, stored, strict=True))


def _batched(
    names: Sequence[tuple[ObjectName, IncomingKey]], most_bytes: int
) -> Iterator[Sequence[tuple[ObjectName, IncomingKey]]]:
    """Yield the objects that are downloaded at once: no more than fit beside each other, and at least one."""
    some, size = list[tuple[ObjectName, IncomingKey]](), 0
    for each in names:
        if some and (len(some) == _AT_ONCE or size + each[0].size > most_bytes):
            yield some
            some, size = [], 0
        some.append(each)
        size += each[0].size
    if some:
        yield some


def _decode(data_type: "DataType", key: IncomingKey, stored: StoredObject) -> PendingObject | None:
    """Read the rows of an object; None if they are not readable."""
    schema = arrow_schema(data_type)
    if key.kind is IncomingKind.CANCELLATION:
        return PendingObject(stored, key, schema.empty_table())
    try:
        return PendingObject(stored, key, read_parquet(stored.body, schema).replace_schema_metadata(None))
    except UnreadableObject as error:
        logger().error("an incoming object cannot be read", key=stored.key, reason=str(error))
        count("UnreadableIncomingObjects")
        return None
