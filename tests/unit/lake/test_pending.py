"""The incoming objects of one pass: what is read, what is left for the next pass, and what is left alone."""

import threading

import pytest

from shared.lake.merge.pending import MOST_OBJECTS, PendingObjects
from shared.lake.merge.receipt import Receipt
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.storage.object_store import StoredObject
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.records.schema import DataType
from tests.fakes.memory_lake import MemoryLake
from tests.fakes.records import NOW, sale

SALES = DataType.TRANSACTIONS


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

    assert MOST_OBJECTS <= len(pending.rows) == lake.read < MOST_OBJECTS + 8
    assert len(pending.remaining) == 50_000 - lake.read


def test_markers_do_not_take_the_place_of_rows() -> None:
    lake = _lake(20)
    for number in range(MOST_OBJECTS + 20):
        lake.put(cancellation_key(SALES, f"other-{number}"), b"")

    pending = PendingObjects.read(lake, SALES)

    assert (len(pending.rows), len(pending.orphan_markers), pending.remaining) == (20, MOST_OBJECTS + 20, [])


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
