"""A record moved to another day leaves the old one, in base, roll-ups and ledger, also after crashes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.lake.storage.paths import PartitionId
from shared.merging.merger import Merger
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.interrupted_s3 import InterruptedS3
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import DAY, NOW, good, sale
from tests.fakes.state_dump import StateDump, dump_state, keys, merge_all, parquet_rows

OTHER = "2025-02-26"
ON_OTHER = f"{OTHER}T08:00:00Z"
EARLIER = NOW - timedelta(hours=1)


def _sales(settings: Settings) -> dict[str, list[str]]:
    """The current lines by day; a day may be empty."""
    found = parquet_rows(settings, "base/transactions/")
    return {key.split("dt=")[1][:10]: sorted(row["transaction_id"] for row in rows) for key, rows in found.items()}


def _lines_rolled_up(settings: Settings) -> dict[str, int]:
    found = parquet_rows(settings, "rollup/sales_hourly/")
    return {key.split("dt=")[1][:10]: sum(row["lines"] for row in rows) for key, rows in found.items()}


def _fates(wired: Wiring, origin: str) -> Mapping[str, Any]:
    entry = wired.ledger.get(origin)
    assert entry is not None
    assert entry.is_complete
    return {day: fates.model_dump(exclude_defaults=True) for day, fates in entry.partitions.items()}


def test_a_line_moved_to_another_day_is_only_there_and_both_days_are_refreshed(wired: Wiring) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1), sale(2)], origin="batch-1", at=EARLIER))
    merge_all(wired)

    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1, timestamp=ON_OTHER)], origin="batch-2"))
    merge_all(wired)

    assert _sales(wired.settings) == {DAY: ["t-2"], OTHER: ["t-1"]}
    assert _lines_rolled_up(wired.settings) == {DAY: 1, OTHER: 1}
    assert _fates(wired, "batch-1") == {DAY: {"loaded": 2}}
    assert _fates(wired, "batch-2") == {OTHER: {"loaded": 1}}


def test_a_late_older_version_in_another_day_is_superseded(wired: Wiring) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-2"))
    merge_all(wired)

    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1, timestamp=ON_OTHER)], origin="batch-1", at=EARLIER))
    merge_all(wired)

    assert _sales(wired.settings) == {DAY: ["t-1"], OTHER: []}
    assert _fates(wired, "batch-1") == {OTHER: {"loaded": 1, "superseded": 1}}


def test_an_equal_version_in_another_day_is_a_conflict_and_the_last_delivery_wins(wired: Wiring) -> None:
    said = {"updated_at": "2025-02-28T00:00:00Z"}
    wired.loader.load(delivery(DataType.ORDERS, [good(DataType.ORDERS, **said)], origin="batch-1", at=EARLIER))
    merge_all(wired)

    moved = good(DataType.ORDERS, timestamp=ON_OTHER, **said)
    wired.loader.load(delivery(DataType.ORDERS, [moved], origin="batch-2"))
    merge_all(wired)

    held = parquet_rows(wired.settings, "base/orders/")
    assert [row["_origin"] for rows in held.values() for row in rows] == ["batch-2"]
    assert _fates(wired, "batch-2") == {OTHER: {"conflict": 1}}


def test_a_line_moves_from_day_to_day_and_back(wired: Wiring) -> None:
    for number, at in enumerate([f"{DAY}T10:00:00Z", ON_OTHER, f"{DAY}T11:00:00Z", ON_OTHER, f"{DAY}T12:00:00Z"]):
        sent = delivery(
            DataType.TRANSACTIONS,
            [sale(1, timestamp=at)],
            origin=f"batch-{number}",
            at=NOW - timedelta(hours=9 - number),
        )
        wired.loader.load(sent)
        merge_all(wired)

    assert _sales(wired.settings) == {DAY: ["t-1"], OTHER: []}
    assert _lines_rolled_up(wired.settings) == {DAY: 1, OTHER: 0}


def test_stock_of_one_product_and_location_on_two_days_is_two_records(wired: Wiring) -> None:
    readings = [good(DataType.INVENTORY), good(DataType.INVENTORY, timestamp=ON_OTHER)]
    wired.loader.load(delivery(DataType.INVENTORY, readings, origin="batch-1"))
    merge_all(wired)

    assert [len(rows) for rows in parquet_rows(wired.settings, "base/inventory/").values()] == [1, 1]
    assert keys(wired.settings, "keys/") == []


def test_concurrent_merges_of_two_days_keep_a_line_in_one_day(wired: Wiring) -> None:
    s3 = InterruptedS3()
    lake = LakeStore(s3.client, wired.settings.name_of(LAKE_BUCKET))
    slow = Merger(**{**vars(wired.merger), "lake": lake, "index": type(wired.merger.index)(lake)})
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", at=EARLIER))
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1, timestamp=ON_OTHER)], origin="batch-2"))
    first, other = (PartitionId(DataType.TRANSACTIONS, day) for day in (DAY, OTHER))
    s3.before("PutObject", "base/", lambda: wired.merger.merge({other}, has_time=lambda: True))

    slow.merge({first}, has_time=lambda: True)
    merge_all(wired)

    assert _sales(wired.settings) == {DAY: [], OTHER: ["t-1"]}


def _given(settings: Settings) -> Wiring:
    """Lines of one day: one moves to another day, one is corrected there, and one moves back late."""
    wired = Wiring(settings, Clock())
    stand = [sale(1), sale(2), sale(3, timestamp=ON_OTHER)]
    wired.loader.load(delivery(DataType.TRANSACTIONS, stand, origin="batch-0", at=EARLIER))
    merge_all(wired)
    moving = [sale(1, timestamp=ON_OTHER), sale(2, quantity=7), sale(3), sale(4, timestamp=ON_OTHER)]
    wired.loader.load(delivery(DataType.TRANSACTIONS, moving, origin="batch-1"))
    late = [sale(1, quantity=9)]
    wired.loader.load(delivery(DataType.TRANSACTIONS, late, origin="batch-2", at=EARLIER - timedelta(hours=1)))
    return wired


def _undisturbed(platforms: MotoPlatforms) -> tuple[StateDump, list[str]]:
    with platforms.fresh() as settings:
        wired = _given(settings)
        writes = platforms.fault_injector.count(lambda: merge_all(wired))
        return dump_state(settings), writes


def test_merges_of_several_days_killed_around_any_write_complete(platforms: MotoPlatforms) -> None:
    expected, writes = _undisturbed(platforms)
    lines = {key: sorted(row["transaction_id"] for row in rows) for key, rows in expected.base.items()}
    assert list(lines.values()) == [["t-1", "t-4"], ["t-2", "t-3"]]

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = _given(settings)

            with platforms.fault_injector.killing(step, moment):
                merge_all(wired)
            merge_all(wired)

            assert dump_state(settings) == expected, f"killed {moment} write {step} of {writes}"
