"""A field that is new, or wider than it was, needs no rewrite: old rows are merged, rolled up and queried."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws

from shared.app.wiring import Wiring
from shared.athena.client import Athena
from shared.athena.result_file import ResultFiles
from shared.athena.sql import Statement
from shared.lake.catalog.rollup_tables import SALES_HOURLY
from shared.lake.catalog.state import TableState
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.parquet.columns import UnreadableObject, arrow_schema, read_parquet, write_parquet
from shared.lake.rollups.compute import roll_up
from shared.lake.table.port import FILE, POSITION, TableChange
from shared.lake.table.schema import arrow_schema_of
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import DAY, NOW, good, sale
from tests.fakes.state_dump import merge_all, roll_up_all, table_rows
from tests.functions.metrics.lake import DATABASE, lake_with_athena
from tests.moto_platform import CREDENTIALS

OLD_DAY = "2025-02-20"
SALES, ORDERS = BASE_TABLES[DataType.TRANSACTIONS], BASE_TABLES[DataType.ORDERS]
OLD_TABLES = (SALES, SALES_HOURLY, ORDERS)
OWNERS = {SALES.name: SALES.name, SALES_HOURLY.name: SALES.name, ORDERS.name: ORDERS.name}
"""The state in which each table is published."""
LACKED: Mapping[str, Sequence[str]] = {
    SALES.name: ("customer_segment", "channel"),
    SALES_HOURLY.name: ("customer_segment", "channel"),
    ORDERS.name: ("region",),
}
NARROWER: Mapping[str, Mapping[str, str]] = {
    SALES.name: {"quantity": "decimal(9,4)", "unit_price": "decimal(10,6)"},
    SALES_HOURLY.name: {"net_amount": "decimal(20,10)"},
    ORDERS.name: {},
}


@pytest.fixture
def evolved(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[tuple[Wiring, Athena]]:
    """A lake with rows of fewer and narrower fields, after the deployment of today's tables; Athena over it."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), lake_with_athena(tmp_path) as (lake, address):
        monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", address)
        wired = Wiring(lake.settings, Clock())
        _write_as_before(wired)
        for table in OLD_TABLES:
            wired.lake_tables.ensure(table)
        files = ResultFiles(boto3.client("s3"))
        yield wired, Athena(client=boto3.client("athena"), files=files, work_group="tally-local", database=DATABASE)


def _write_as_before(wired: Wiring) -> None:
    """Two days of sales and one of orders, merged, then as an older version of this code would have left them."""
    old = [sale(1, channel="web"), sale(2), sale(3, timestamp=f"{OLD_DAY}T08:00:00Z")]
    at = NOW - timedelta(hours=1)
    wired.loader.load(delivery(DataType.TRANSACTIONS, old, origin="batch-1", at=at))
    wired.loader.load(delivery(DataType.ORDERS, [good(DataType.ORDERS)], origin="batch-2", at=at))
    merge_all(wired)
    roll_up_all(wired)
    for table in OLD_TABLES:
        _write_again(wired, table, _as_before(table))


def _as_before(table: LakeTable) -> LakeTable:
    narrower = NARROWER[table.name]
    columns = (replace(each, glue_type=narrower.get(each.name, each.glue_type)) for each in table.columns)
    return replace(table, columns=tuple(each for each in columns if each.name not in LACKED[table.name]))


def _write_again(wired: Wiring, table: LakeTable, before: LakeTable) -> None:
    """Replace a table by one as it was declared before, with the same rows, and publish it."""
    tables, names = wired.lake_tables, [each.name for each in before.columns]
    rows = tables.rows(table, tables.head(table), names).drop_columns([FILE, POSITION])
    boto3.client("glue").delete_table(DatabaseName=DATABASE, Name=table.name)
    made = tables.commit(before, tables.head(before), TableChange(rows=rows.cast(arrow_schema_of(before))))
    assert made.id is not None
    wired.table_states.update(OWNERS[table.name], partial(_with_snapshot, table.name, made.id))


def _with_snapshot(name: str, snapshot: int, state: TableState) -> TableState:
    if name == state.name:
        return replace(state, snapshot=snapshot)
    return replace(state, derived={**state.derived, name: snapshot})


def test_rows_of_an_older_schema_are_merged_with_those_of_the_current_one(evolved: tuple[Wiring, Athena]) -> None:
    wired, _ = evolved

    again = [sale(2, quantity=0.125, discount=1), sale(4, channel="store", quantity=100000000.5)]
    wired.loader.load(delivery(DataType.TRANSACTIONS, again, origin="batch-3"))
    merge_all(wired)
    roll_up_all(wired)

    lines = {row["transaction_id"]: row for row in table_rows(wired.settings, SALES.name)}
    assert [lines[name]["channel"] for name in ("t-1", "t-2", "t-4")] == [None, None, "store"]
    assert [lines[name]["quantity"] for name in ("t-1", "t-2", "t-4")] == [2, Decimal("0.125"), Decimal("100000000.5")]
    columns = [each.name for each in SALES.columns]
    rows = pa.Table.from_pylist(list(lines.values()), arrow_schema_of(SALES)).select(columns)
    rolled = roll_up(DataType.TRANSACTIONS, rows)[SALES_HOURLY.name].to_pylist()
    assert table_rows(wired.settings, SALES_HOURLY.name) == sorted(rolled, key=repr)


def test_an_equal_record_of_an_older_schema_is_a_duplicate(evolved: tuple[Wiring, Athena]) -> None:
    wired, _ = evolved

    wired.loader.load(delivery(DataType.ORDERS, [good(DataType.ORDERS)], origin="batch-3"))
    merge_all(wired)

    entry = wired.ledger.get("batch-3")
    assert entry is not None
    assert entry.outcomes.duplicate == 1


def test_old_and_new_rows_serve_one_query(evolved: tuple[Wiring, Athena]) -> None:
    wired, athena = evolved
    wired.loader.load(
        delivery(DataType.TRANSACTIONS, [sale(5, channel="app", timestamp="2025-02-28T09:00:00Z")], origin="batch-3")
    )
    merge_all(wired)
    roll_up_all(wired)

    lines = athena.run(
        Statement(
            'SELECT CAST(CAST("timestamp" AS date) AS varchar) AS day, channel, quantity * unit_price AS gross '
            "FROM transactions ORDER BY 1, transaction_id"
        )
    )
    hours = athena.run(
        Statement("SELECT channel, sum(lines) AS lines, sum(net_amount) AS net FROM sales_hourly GROUP BY 1 ORDER BY 1")
    )
    orders = athena.run(Statement("SELECT region, order_id FROM orders"))

    gross = Decimal("19.98")
    assert [(row["day"], row["channel"], row["gross"]) for row in lines] == [
        (OLD_DAY, None, gross),
        (DAY, None, gross),
        (DAY, None, gross),
        ("2025-02-28", "app", gross),
    ]
    assert hours == [
        {"channel": "app", "lines": 1, "net": gross},
        {"channel": None, "lines": 3, "net": 3 * gross},
    ]
    assert orders == [{"region": None, "order_id": good(DataType.ORDERS)["order_id"]}]


def test_an_older_version_does_not_rewrite_data_of_a_newer_one() -> None:
    newer = arrow_schema(DataType.EVENTS).empty_table().append_column("campaign", pa.array([], pa.string()))

    with pytest.raises(UnreadableObject, match="campaign"):
        read_parquet(write_parquet(newer), arrow_schema(DataType.EVENTS))
