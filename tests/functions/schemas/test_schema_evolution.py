"""A field that is new, or wider than it was, needs no rewrite: old partitions are merged, rolled up and queried."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws

from shared.app.wiring import Wiring
from shared.athena.client import Athena
from shared.athena.sql import Statement
from shared.lake.parquet.columns import UnreadableObject, arrow_schema, read_parquet, write_parquet
from shared.lake.rollups.compute import roll_up
from shared.lake.storage.paths import PartitionId
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import DAY, NOW, good, sale
from tests.fakes.state_dump import merge_all, parquet_rows
from tests.functions.metrics.lake import DATABASE, lake_with_athena
from tests.moto_platform import CREDENTIALS

OLD_DAY = "2025-02-20"
LACKED = ("customer_segment", "channel")
NARROWER = {"quantity": pa.decimal128(9, 1), "unit_price": pa.decimal128(9, 2)}
SALES, OLD_SALES, ORDERS = (
    PartitionId(DataType.TRANSACTIONS, DAY),
    PartitionId(DataType.TRANSACTIONS, OLD_DAY),
    PartitionId(DataType.ORDERS, DAY),
)


@pytest.fixture
def evolved(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[tuple[Wiring, Athena]]:
    """A lake with partitions that were written under a schema of fewer and narrower fields; Athena over it."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), lake_with_athena(tmp_path) as (lake, address):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", address)
        wired = Wiring(lake.settings, Clock())
        _write_as_before(wired)
        yield wired, Athena(boto3.client("athena"), work_group="tally-local", database=DATABASE, patience_seconds=20)


def _write_as_before(wired: Wiring) -> None:
    """Two days of sales and one of orders, merged, then as an older version of this code would have left them."""
    old = [sale(1, channel="web"), sale(2), sale(3, timestamp=f"{OLD_DAY}T08:00:00Z")]
    at = NOW - timedelta(hours=1)
    wired.loader.load(delivery(DataType.TRANSACTIONS, old, origin="batch-1", at=at))
    wired.loader.load(delivery(DataType.ORDERS, [good(DataType.ORDERS, item_count=3)], origin="batch-2", at=at))
    merge_all(wired)
    for partition in (SALES, OLD_SALES):
        _narrow(wired, partition.base_key, LACKED, NARROWER)
        _narrow(wired, partition.rollup_key("sales_hourly"), LACKED, {"net_amount": pa.decimal128(20, 6)})
    _narrow(wired, ORDERS.base_key, ("region",), {"item_count": pa.int32()})


def _narrow(wired: Wiring, key: str, lacked: tuple[str, ...], narrower: dict[str, pa.DataType]) -> None:
    stored = wired.lake.get(key)
    assert stored is not None
    table = pa.parquet.read_table(pa.BufferReader(stored.body))
    kept = [field.name for field in table.schema if field.name not in lacked]
    schema = pa.schema([(name, narrower.get(name, table.schema.field(name).type)) for name in kept])
    wired.lake.put(key, write_parquet(table.select(kept).cast(schema.with_metadata(table.schema.metadata))))


def test_a_partition_of_an_older_schema_merges_into_the_current_one(evolved: tuple[Wiring, Athena]) -> None:
    wired, _ = evolved

    again = [sale(2, quantity=0.125, discount=1), sale(4, channel="store", quantity=100000000.5)]
    wired.loader.load(delivery(DataType.TRANSACTIONS, again, origin="batch-3"))
    merge_all(wired)

    stored = wired.lake.get(SALES.base_key)
    assert stored is not None
    table = read_parquet(stored.body, arrow_schema(DataType.TRANSACTIONS))
    lines = {row["transaction_id"]: row for row in table.to_pylist()}
    assert [lines[name]["channel"] for name in ("t-1", "t-2", "t-4")] == [None, None, "store"]
    assert [lines[name]["quantity"] for name in ("t-1", "t-2", "t-4")] == [2, Decimal("0.125"), Decimal("100000000.5")]
    rolled = roll_up(DataType.TRANSACTIONS, table)["sales_hourly"].to_pylist()
    found = parquet_rows(wired.settings, "rollup/sales_hourly/")[SALES.rollup_key("sales_hourly")]
    assert sorted(found, key=repr) == sorted(rolled, key=repr)


def test_an_equal_record_of_an_older_schema_is_a_duplicate(evolved: tuple[Wiring, Athena]) -> None:
    wired, _ = evolved

    wired.loader.load(delivery(DataType.ORDERS, [good(DataType.ORDERS, item_count=3)], origin="batch-3"))
    merge_all(wired)

    entry = wired.ledger.get("batch-3")
    assert entry is not None
    assert entry.outcomes.duplicate == 1


def test_old_and_new_partitions_serve_one_query(evolved: tuple[Wiring, Athena]) -> None:
    wired, athena = evolved
    wired.loader.load(
        delivery(DataType.TRANSACTIONS, [sale(5, channel="app", timestamp="2025-02-28T09:00:00Z")], origin="batch-3")
    )
    merge_all(wired)

    lines = athena.run(
        Statement("SELECT dt, channel, quantity * unit_price AS gross FROM transactions ORDER BY dt, transaction_id")
    )
    hours = athena.run(
        Statement("SELECT channel, sum(lines) AS lines, sum(net_amount) AS net FROM sales_hourly GROUP BY 1 ORDER BY 1")
    )
    orders = athena.run(Statement("SELECT region, item_count + 3000000000 AS items FROM orders"))

    gross = Decimal("19.98")
    assert [(row["dt"], row["channel"], row["gross"]) for row in lines] == [
        (OLD_DAY, None, gross),
        (DAY, None, gross),
        (DAY, None, gross),
        ("2025-02-28", "app", gross),
    ]
    assert hours == [
        {"channel": "app", "lines": 1, "net": gross},
        {"channel": None, "lines": 3, "net": 3 * gross},
    ]
    assert orders == [{"region": None, "items": 3_000_000_003}]


def test_an_older_version_does_not_rewrite_data_of_a_newer_one() -> None:
    newer = arrow_schema(DataType.EVENTS).empty_table().append_column("campaign", pa.array([], pa.string()))

    with pytest.raises(UnreadableObject, match="campaign"):
        read_parquet(write_parquet(newer), arrow_schema(DataType.EVENTS))
