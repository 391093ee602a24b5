"""Merges keep every roll-up equal to one computed from the current base, and publish the new version."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.lake.backfill import partitions_to_backfill
from shared.lake.parquet.columns import arrow_schema, read_parquet
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.lake.rollups.cost_days import cost_days
from shared.lake.storage.paths import PartitionId
from shared.merging.merger import dependent_tables
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import DAY, NOW, good
from tests.fakes.state_dump import merge_all, parquet_rows, versions

Rows = list[dict[str, Any]]
OTHER = "2025-02-26"
EARLIER = NOW - timedelta(hours=1)
_VIEW = {"event_type": "product_view", "product_id": "p-1"}
_CORRECTED: Mapping[DataType, Mapping[str, Any]] = {
    DataType.TRANSACTIONS: {"quantity": 7, "customer_id": "c-1"},
    DataType.INVENTORY: {"quantity_on_hand": 9},
    DataType.EVENTS: {"event_type": "purchase", "product_id": "p-1"},
}


def _bring(wired: Wiring, data_type: DataType, *rows: Mapping[str, Any], origin: str = "batch-1", **when: Any) -> None:
    wired.loader.load(delivery(data_type, [good(data_type, **row) for row in rows], origin=origin, **when))
    merge_all(wired)


def _rolled(wired: Wiring, name: str, day: str = DAY) -> Rows:
    key = f"rollup/{name}/dt={day}/rollup.parquet"
    return parquet_rows(wired.settings, key)[key]


def _computed(wired: Wiring, data_type: DataType, day: str = DAY) -> dict[str, Rows]:
    """The roll-ups of the current base."""
    stored = wired.lake.get(PartitionId(data_type, day).base_key)
    assert stored is not None
    tables = roll_up(data_type, read_parquet(stored.body, arrow_schema(data_type)))
    return {name: sorted(table.to_pylist(), key=repr) for name, table in tables.items()}


@pytest.mark.parametrize("data_type", ROLLUPS)
def test_a_correction_restates_every_roll_up_and_raises_the_version_of_its_table(
    wired: Wiring, data_type: DataType
) -> None:
    _bring(wired, data_type, {}, at=EARLIER)
    before, versions_before = _computed(wired, data_type), versions(wired.settings)

    _bring(wired, data_type, _CORRECTED[data_type], origin="batch-2")

    now = _computed(wired, data_type)
    assert {name: _rolled(wired, name) for name in ROLLUPS[data_type]} == now
    assert all(now[name] != before[name] for name in ROLLUPS[data_type])
    assert versions(wired.settings) == {name: number + 1 for name, number in versions_before.items()}
    assert versions_before.keys() == set(dependent_tables(data_type))


@pytest.mark.parametrize("data_type", [DataType.TRANSACTIONS, DataType.EVENTS])
def test_a_day_losing_its_only_record_has_empty_roll_ups(wired: Wiring, data_type: DataType) -> None:
    said = {"customer_id": "c-1"} | (_VIEW if data_type is DataType.EVENTS else {})
    _bring(wired, data_type, said, at=EARLIER)

    _bring(wired, data_type, {**said, "timestamp": f"{OTHER}T08:00:00Z"}, origin="batch-2")

    for name in ROLLUPS[data_type]:
        assert _rolled(wired, name) == []
        assert _rolled(wired, name, OTHER) != []


def test_a_missing_roll_up_is_written_by_the_next_merge(wired: Wiring) -> None:
    _bring(wired, DataType.EVENTS, {"event_id": "e-1", **_VIEW})
    wired.lake.delete_any_version(PartitionId(DataType.EVENTS, DAY).rollup_key("product_sessions_daily"))

    _bring(wired, DataType.EVENTS, {"event_id": "e-2", **_VIEW}, origin="batch-2")

    assert [row["views"] for row in _rolled(wired, "product_sessions_daily")] == [2]


def test_a_cost_change_within_a_day_is_in_costs_days_and_table_versions(
    wired: Wiring,
) -> None:
    prices = [{"cost": cost, "updated_at": f"{OTHER}T{hour}:00:00Z"} for cost, hour in ((2, "00"), (3, "12"))]
    _bring(wired, DataType.PRODUCTS, prices[1], at=EARLIER)

    _bring(wired, DataType.PRODUCTS, prices[0], origin="batch-2")

    (costs,) = parquet_rows(wired.settings, "rollup/product_costs/").values()
    assert [(int(row["cost"]), f"{row['valid_from']:%H}", row["valid_before"].year) for row in costs] == [
        (2, "00", 2025),
        (3, "12", 9999),
    ]
    assert list(cost_days(wired.lake)) == [OTHER]
    assert versions(wired.settings) == {"products": 2, "product_versions": 2, "product_costs": 2}


def test_partitions_with_roll_ups_or_history_are_listed_by_their_bases(wired: Wiring) -> None:
    for number, data_type in enumerate((DataType.EVENTS, DataType.PRODUCTS, DataType.ORDERS)):
        _bring(wired, data_type, {}, origin=f"batch-{number}")

    assert list(partitions_to_backfill(wired.lake)) == [
        PartitionId(DataType.EVENTS, DAY),
        PartitionId(DataType.PRODUCTS, "all"),
    ]
