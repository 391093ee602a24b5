"""Mergers that meet on one partition lose nothing, and nothing old overwrites anything newer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.app.wiring import Wiring
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.lake.storage.paths import PartitionId
from shared.merging.merger import Merger
from shared.records.schema import DataType
from tests.fakes import s3_conditions
from tests.fakes.deliveries import delivery
from tests.fakes.interrupted_s3 import InterruptedS3
from tests.fakes.records import DAY, sale
from tests.fakes.state_dump import dump_state, keys, merge_all, parquet_rows, waiting

SALES = PartitionId(DataType.TRANSACTIONS, DAY)
BASE = f"base/transactions/dt={DAY}/base.parquet"
ROLLUP = f"rollup/sales_hourly/dt={DAY}/rollup.parquet"


def _bring(wired: Wiring, *numbers: int, origin: str) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(number) for number in numbers], origin=origin))


def _merge(merger: Merger) -> None:
    assert merger.merge({SALES}, has_time=lambda: True) == set()


def _lines(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in parquet_rows(wired.settings, "base/")[BASE])


@pytest.fixture
def s3(wired: Wiring) -> InterruptedS3:
    """The S3 client of a merger that is overtaken; it waits for the platform."""
    assert wired.settings
    slow = InterruptedS3()
    s3_conditions.listen(slow.client.meta.events)
    return slow


@pytest.fixture
def overtaken(wired: Wiring, s3: InterruptedS3) -> Merger:
    """A merger that something else may overtake."""
    return replace(wired.merger, lake=LakeStore(s3.client, wired.settings.name_of(LAKE_BUCKET)))


def _balanced(wired: Wiring) -> bool:
    origins = {item["origin"] for item in dump_state(wired.settings).ledger}
    entries = [wired.ledger.get(origin) for origin in origins]
    return all(entry is not None and entry.is_complete for entry in entries)


@pytest.mark.parametrize(
    ("operation", "key"),
    [("GetObject", "base/"), ("ListObjectsV2", "incoming/"), ("GetObject", "incoming/"), ("PutObject", "base/")],
)
def test_a_merger_overtaken_by_another_on_the_same_partition_loses_nothing(
    wired: Wiring, s3: InterruptedS3, overtaken: Merger, operation: str, key: str
) -> None:
    def overtake() -> None:
        _bring(wired, 2, 3, origin="batch-2")
        _merge(wired.merger)

    _bring(wired, 1, 2, origin="batch-1")
    s3.before(operation, key, overtake)

    _merge(overtaken)
    merge_all(wired)

    assert _lines(wired) == ["t-1", "t-2", "t-3"]
    assert _balanced(wired)
    assert dump_state(wired.settings).incoming == []


def test_a_roll_up_of_an_older_base_never_overwrites_that_of_a_newer_one(
    wired: Wiring, s3: InterruptedS3, overtaken: Merger
) -> None:
    def overtake() -> None:
        _bring(wired, 2, 3, origin="batch-2")
        _merge(wired.merger)

    _bring(wired, 1, origin="batch-1")
    s3.before("PutObject", "rollup/", overtake)

    _merge(overtaken)

    (hour,) = parquet_rows(wired.settings, "rollup/")[ROLLUP]
    assert hour["lines"] == 3


def test_a_delivery_repeated_with_more_rows_between_read_and_delete_survives_the_delete(
    wired: Wiring, s3: InterruptedS3, overtaken: Merger
) -> None:
    _bring(wired, 1, origin="batch-1")
    s3.before("DeleteObjects", "incoming/", lambda: _bring(wired, 1, 2, origin="batch-1"))

    _merge(overtaken)
    left = keys(wired.settings, "incoming/")
    merge_all(wired)

    assert left == [f"incoming/transactions/dt={DAY}/batch-1.parquet"]
    assert _lines(wired) == ["t-1", "t-2"]
    assert _balanced(wired)


def test_deleting_an_overwritten_object_does_not_restore_its_old_version(wired: Wiring) -> None:
    _bring(wired, 1, origin="batch-1")
    _bring(wired, 1, 2, origin="batch-1")

    merge_all(wired)

    assert keys(wired.settings, "incoming/") == []
    assert _balanced(wired)


def test_concurrent_mergers_lose_nothing(wired: Wiring) -> None:
    for number in range(4):
        _bring(wired, number, number + 1, origin=f"batch-{number}")
    together, wanted = threading.Barrier(3), waiting(wired.settings)

    def merge() -> set[PartitionId]:
        together.wait(timeout=5)
        return wired.merger.merge(wanted, has_time=lambda: True)

    with ThreadPoolExecutor(3) as pool:
        left = [run.result() for run in [pool.submit(merge) for _ in range(3)]]
    merge_all(wired)

    assert left == [set(), set(), set()]
    assert _lines(wired) == [f"t-{number}" for number in range(5)]
    assert _balanced(wired)


def test_an_unreadable_object_blocks_only_its_own_partition(wired: Wiring) -> None:
    wired.lake.put("incoming/orders/dt=2025-02-27/batch-9.parquet", b"no Parquet")
    _bring(wired, 1, origin="batch-1")

    left = wired.merger.merge(waiting(wired.settings), has_time=lambda: True)

    assert left == {PartitionId(DataType.ORDERS, DAY)}
    assert _lines(wired) == ["t-1"]


def test_a_merger_without_time_leaves_its_partitions_for_the_next(wired: Wiring) -> None:
    _bring(wired, 1, origin="batch-1")

    left = wired.merger.merge({SALES}, has_time=lambda: False)

    assert left == {SALES}
    assert parquet_rows(wired.settings, "base/") == {}
