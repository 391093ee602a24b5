"""The incoming objects of a data type: rows of deliveries, and markers that cancel such rows.

One pass of a merge reads only what fits into memory, which may be far more than its size in S3: a text that repeats a
thousand times compresses to almost nothing. The rest is left for the next pass.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shared.lake.merge.limits import PassLimits
from shared.lake.merge.listing import Listing, Named
from shared.lake.merge.receipt import Receipt
from shared.lake.parquet.columns import UnreadableObject, arrow_schema, read_parquet
from shared.lake.storage.object_store import LakeStore, ObjectName, StoredObject
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.lake.storage.paths import IncomingKey
    from shared.records.schema import DataType

CANCELLED = "cancelled"

_AT_ONCE = 8


@dataclass(frozen=True)
class PendingObject:
    """The rows of an incoming object, and its key and ETag as it was read."""

    stored: ObjectName
    key: "IncomingKey"
    table: "pa.Table"

    @property
    def name(self) -> str:
        """The name in receipts: key and ETag, so that another content under the same key is another object."""
        return f"{self.stored.key} {self.stored.etag}"


@dataclass(frozen=True)
class PendingObjects:
    """The objects of one pass, and what is listed beside them.

    `damaged` are objects that cannot be read, also those that an earlier pass found. They are left alone and reported.
    Unless the pass `is_last`, others wait.
    """

    rows: Sequence[PendingObject]
    listing: Listing
    damaged: Sequence[ObjectName] = ()
    is_last: bool = True

    @classmethod
    def read(
        cls,
        lake: LakeStore,
        data_type: "DataType",
        limits: PassLimits | None = None,
        damaged: Collection[ObjectName] = (),
    ) -> Self:
        """List the objects and read them until there are enough for one pass.

        All markers of the listed rows are listed, so no rows are merged without their marker; the content of a marker
        is not read. Several objects are downloaded at once, and decoded one after the other: how much memory one takes
        is known only then. One that does not fit beside the others is left for the next pass.

        Args:
            lake: the lake.
            data_type: the data type.
            limits: how much is enough.
            damaged: objects that are known to be damaged; they are not downloaded.
        """
        most = limits or PassLimits()
        listing = Listing.read(lake, data_type, most.listed, damaged)
        waiting = listing.in_order()
        rows, found, read, size, length = list[PendingObject](), list[ObjectName](), 0, 0, 0
        for name, key, stored in _download(lake, waiting[: most.objects], most.size):
            table = None if stored is None else _decode(data_type, stored)
            if stored is not None and table is None:
                found.append(name)
            if stored is not None and table is not None:
                size, length = size + int(table.nbytes), length + len(table)
                if rows and (size > most.size or length > most.rows):
                    break
                rows.append(PendingObject(ObjectName(stored.key, stored.etag), key, table))
            read += 1
        _report([*listing.damaged, *found])
        beyond = [each for each in damaged if listing.ends_before(each.key)]
        is_last = read == len(waiting) and listing.last_key is None
        return cls(rows, listing, [*listing.damaged, *found, *beyond], is_last)

    def classify(self, receipt: Receipt) -> "PendingRows":
        """Separate rows to merge from rows in the base and cancelled rows; rows in the base cannot be cancelled."""
        known, markers = receipt.objects, self.markers
        in_base = {name.split(" ")[0] for name, each in known.items() if CANCELLED not in each.outcomes}
        new = [each for each in self.rows if each.name not in known]
        stopped = {each.name for each in new if each.stored.key in markers and each.stored.key not in in_base}
        repeated = [each for each in self.rows if each.name in known and CANCELLED not in known[each.name].outcomes]
        return PendingRows(
            fresh=[each for each in new if each.name not in stopped],
            repeated=repeated,
            cancelled={each.name: len(each.table) for each in new if each.name in stopped},
        )

    @property
    def markers(self) -> Mapping[str, ObjectName]:
        """The markers by the key of the rows that they cancel."""
        return {key.rows_key: name for name, key in self.listing.markers}

    @property
    def consumed(self) -> list[ObjectName]:
        """The objects to delete after the merge: all except markers without rows."""
        present = {each.stored.key for each in self.rows}
        return [*(each.stored for each in self.rows), *(each for key, each in self.markers.items() if key in present)]

    @property
    def orphan_markers(self) -> list[ObjectName]:
        """The markers without rows: the rows are not written yet, or deleted already."""
        return [each for key, each in self.markers.items() if not self.listing.may_have_rows(key)]


@dataclass(frozen=True)
class PendingRows:
    """Objects to merge, objects that are in the base already, and the number of cancelled rows by object."""

    fresh: Sequence[PendingObject]
    repeated: Sequence[PendingObject]
    cancelled: Mapping[str, int]


def _download(
    lake: LakeStore, names: Sequence[Named], most_bytes: int
) -> Iterator[tuple[ObjectName, "IncomingKey", StoredObject | None]]:
    """Yield objects in order, None for those that are gone; some are downloaded ahead."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for some in _batched(names, most_bytes):
            stored = pool.map(lambda each: lake.get(each[0].key), some)
            yield from ((name, key, each) for (name, key), each in zip(some, stored, strict=True))


def _batched(names: Sequence[Named], most_bytes: int) -> Iterator[Sequence[Named]]:
    """Yield the objects that are downloaded at once: no more than fit beside each other, and at least one."""
    some, size = list[Named](), 0
    for each in names:
        if some and (len(some) == _AT_ONCE or size + each[0].size > most_bytes):
            yield some
            some, size = [], 0
        some.append(each)
        size += each[0].size
    if some:
        yield some


def _decode(data_type: "DataType", stored: StoredObject) -> "pa.Table | None":
    """Read the rows of an object; None if they are not readable."""
    try:
        return read_parquet(stored.body, arrow_schema(data_type)).replace_schema_metadata(None)
    except UnreadableObject as error:
        logger().error("an incoming object cannot be read", key=stored.key, reason=str(error))
        return None


def _report(damaged: Sequence[ObjectName]) -> None:
    """Count the damaged objects in every pass, so that their alarm lasts as long as they lie there."""
    if damaged:
        logger().error("incoming objects cannot be read", number=len(damaged), first=damaged[0].key)
        count("UnreadableIncomingObjects", len(damaged))
