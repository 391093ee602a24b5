"""Which incoming objects one pass of a merge reads, and in which order."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from shared.lake.merge.limits import PassLimits
from shared.lake.merge.listing import Listing
from shared.lake.merge.pending import CANCELLED, PendingObjects
from shared.lake.merge.receipt import ObjectReceipt, Receipt
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.storage.object_store import ObjectName, StoredObject
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests.fakes.memory_lake import MemoryLake
from tests.fakes.records import NOW, sale

SALES = DataType.TRANSACTIONS
MOST_OBJECTS = PassLimits().objects


def _body(*numbers: int, **fields: Any) -> bytes:
    rows = validate(SALES, [sale(number, **fields) for number in numbers], form=Form.TYPED, at=NOW).rows
    stamp = IngestMetadata(source_id="shop", ingested_at=NOW, origin="batch", reporting_currency="EUR")
    return write_parquet(to_table(SALES, rows, stamp))


def _put(lake: MemoryLake, delivery_id: str, body: bytes | None = None) -> str:
    key = incoming_key(SALES, delivery_id)
    lake.put(key, _body(1) if body is None else body)
    return key


def _read(lake: MemoryLake, **most: int) -> list[str]:
    return [each.key.delivery_id for each in PendingObjects.read(lake, SALES, PassLimits(**most)).rows]


def _left(found: PendingObjects) -> int:
    return len(found.listing.rows) - len(found.rows)


def test_the_oldest_and_the_newest_object_are_read_in_turn() -> None:
    lake = MemoryLake()
    for name in ("c", "a", "b", "e", "d"):
        _put(lake, name)

    assert _read(lake) == ["c", "d", "a", "e", "b"]


def test_a_new_delivery_does_not_wait_for_the_backlog_of_another_source() -> None:
    lake = MemoryLake()
    for number in range(2_000):
        _put(lake, f"backfill-{number}")
    _put(lake, "new")

    first_pass = _read(lake)

    assert {"backfill-0", "new"} <= set(first_pass)
    assert len(first_pass) == MOST_OBJECTS


def test_objects_of_other_types_and_other_names_are_not_read() -> None:
    lake = MemoryLake()
    lake.put(incoming_key(DataType.ORDERS, "a"), b"")
    lake.put("incoming/transactions/notes.txt", b"")

    found = PendingObjects.read(lake, SALES)

    assert (found.rows, found.markers, found.damaged, found.is_last) == ([], {}, [], True)


def test_cancelled_rows_come_first() -> None:
    lake = MemoryLake()
    for number in range(9):
        _put(lake, f"b-{number}")
    cancelled = _put(lake, "late")
    lake.put(cancellation_key(SALES, "late"), b"")

    found = PendingObjects.read(lake, SALES, PassLimits(size=1))

    assert found.rows[0].key.delivery_id == "late"
    assert list(found.markers) == [cancelled]
    assert found.classify(Receipt()).cancelled.keys() == {each.name for each in found.rows[:1]}
    assert (_left(found), found.is_last) == (9, False)


class _Sizes(MemoryLake):
    """Names that claim sizes and times, oldest last."""

    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        self._sizes = sizes

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """Name the objects."""
        for place, (name, size) in enumerate(self._sizes.items()):
            yield ObjectName(f"{prefix}{name}.parquet", '"0"', -place, size)


def _order(sizes: dict[str, int]) -> list[str]:
    listing = Listing.read(_Sizes(sizes), SALES, len(sizes), ())
    return [key.delivery_id for _, key in listing.in_order()]


def test_a_large_backfill_does_not_hold_up_small_deliveries_and_they_do_not_hold_it_up() -> None:
    mega = 1024 * 1024
    large = {f"large-{n}": 2 * mega for n in range(3)}
    small = {f"small-{n:03}": 200 * 1024 for n in range(40)}

    order = _order({**large, **small})

    last = order.index("large-1")
    assert [each for each in order if each.startswith("large")] == ["large-2", "large-0", "large-1"]
    assert 20 <= last <= 24  # about as many bytes of small ones between two large ones as a large one has
    assert sorted(order) == sorted([*large, *small])


def test_an_object_that_vanished_after_it_was_listed_is_skipped() -> None:
    class Vanishing(MemoryLake):
        def get(self, key: str) -> None:  # noqa: ARG002 # the store's signature
            return None

    lake = Vanishing()
    _put(lake, "a")

    assert _read(lake) == []


def test_the_memory_that_rows_take_counts_not_their_size_in_storage() -> None:
    lake = MemoryLake()
    body = _body(*range(400), product_name="x" * 200)
    for number in range(40):
        _put(lake, f"b-{number}", body)
    most = 1024 * 1024
    assert len(body) * 40 < most

    assert len(_read(lake, size=most)) < 40


def test_rows_in_the_base_are_not_merged_again_and_cannot_be_cancelled() -> None:
    lake = MemoryLake()
    for name in ("in-base", "cancelled-before", "new", "cancelled-now"):
        _put(lake, name)
    for name in ("in-base", "cancelled-now"):
        lake.put(cancellation_key(SALES, name), b"")
    found = PendingObjects.read(lake, SALES)
    names = {each.key.delivery_id: each.name for each in found.rows}
    receipt = Receipt(
        objects={
            names["in-base"]: ObjectReceipt(outcomes={"loaded": 1}),
            names["cancelled-before"]: ObjectReceipt(outcomes={CANCELLED: 1}),
        }
    )

    rows = found.classify(receipt)

    def ids(objects: Any) -> list[str]:
        return [each.key.delivery_id for each in objects]

    assert ids(rows.fresh) == ["new"]
    assert ids(rows.repeated) == ["in-base"]
    assert dict(rows.cancelled) == {names["cancelled-now"]: 1}


def test_other_content_under_the_key_of_merged_rows_is_merged_though_a_marker_exists() -> None:
    lake = MemoryLake()
    _put(lake, "a")
    [before] = PendingObjects.read(lake, SALES).rows
    receipt = Receipt(objects={before.name: ObjectReceipt(outcomes={"loaded": 1})})
    _put(lake, "a", _body(1, 2))
    lake.put(cancellation_key(SALES, "a"), b"")

    rows = PendingObjects.read(lake, SALES).classify(receipt)

    assert [len(each.table) for each in rows.fresh] == [2]
    assert not rows.cancelled


def test_markers_without_rows_are_reported_but_not_consumed() -> None:
    lake = MemoryLake()
    lake.put(cancellation_key(SALES, "a"), b"")

    found = PendingObjects.read(lake, SALES)

    assert [each.key for each in found.orphan_markers] == [cancellation_key(SALES, "a")]
    assert found.consumed == []


class CountingLake(MemoryLake):
    """Counts the objects that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> StoredObject | None:
        """Read an object."""
        with self._lock:
            self.read += 1
        return super().get(key)


def _object(*numbers: int) -> bytes:
    stamp = IngestMetadata(source_id="web-shop", ingested_at=NOW, origin="batch", reporting_currency="EUR")
    return write_parquet(to_table(SALES, [sale(number, timestamp=NOW) for number in numbers], stamp))


def _lake(waiting: int) -> CountingLake:
    lake, body = CountingLake(), _object(1)
    for number in range(waiting):
        lake.put(incoming_key(SALES, f"batch-{number}"), body)
    return lake


def test_a_pass_over_50_000_objects_reads_as_many_as_it_can_finish() -> None:
    lake = _lake(50_000)

    pending = PendingObjects.read(lake, SALES)

    assert MOST_OBJECTS == len(pending.rows) == lake.read
    assert (_left(pending), pending.is_last) == (50_000 - MOST_OBJECTS, False)


def test_markers_do_not_take_the_place_of_rows() -> None:
    lake = _lake(20)
    for number in range(MOST_OBJECTS + 20):
        lake.put(cancellation_key(SALES, f"other-{number}"), b"")

    pending = PendingObjects.read(lake, SALES)

    assert (len(pending.rows), len(pending.orphan_markers), pending.is_last) == (20, MOST_OBJECTS + 20, True)


def test_rows_of_cancelled_deliveries_are_read_with_their_marker_however_many_wait() -> None:
    lake = _lake(MOST_OBJECTS * 2)
    cancelled = incoming_key(SALES, f"batch-{MOST_OBJECTS * 2 - 1}")
    lake.put(cancellation_key(SALES, f"batch-{MOST_OBJECTS * 2 - 1}"), b"")

    found = PendingObjects.read(lake, SALES).classify(Receipt())

    assert [name.split(" ")[0] for name in found.cancelled] == [cancelled]


def _damaged(part: str) -> bytes:
    whole = bytearray(_object(*range(200)))
    match part:
        case "not Parquet":
            return b"PK\x03\x04 a spreadsheet"
        case "cut":
            return bytes(whole[: len(whole) // 2])
        case "page":
            whole[20:60] = bytes(40)
        case "footer":
            whole[-200:-40] = bytes(160)
    return bytes(whole)


@pytest.mark.parametrize("part", ["not Parquet", "cut", "page", "footer"])
def test_a_damaged_object_is_left_alone_and_others_are_read(part: str) -> None:
    lake = _lake(1)
    lake.put(incoming_key(SALES, "damaged"), _damaged(part))

    pending = PendingObjects.read(lake, SALES)

    assert [each.key for each in pending.damaged] == [incoming_key(SALES, "damaged")]
    assert [each.key for each in pending.consumed] == [incoming_key(SALES, "batch-0")]
