"""A wiring whose merges look back a day, and a reconciler whose repeated keys are found by plain Python."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.athena.sql import Statement
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.reconciliation import Reconciliation
from shared.lake.table.iceberg import IcebergTables
from shared.merging.provider import merge_events, rollup_requests
from shared.records.schema import DataType
from shared.recovery.reconciler import Reconciler
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import sale
from tests.fakes.state_dump import merge_all

HORIZON, LATE = timedelta(days=1), timedelta(days=3)
SALES = DataType.TRANSACTIONS
DAY = "2025-02-20"


def line(number: int, **more: Any) -> dict[str, Any]:
    """A sale of the day before the market opened."""
    return sale(number, timestamp=f"{DAY}T0{number}:00:00Z", **more)


def deliver(wired: Wiring, data_type: DataType, rows: Sequence[Any], *, origin: str) -> None:
    """Load and merge rows now."""
    wired.loader.load(delivery(data_type, rows, origin=origin, at=wired.clock()))
    merge_all(wired)


def fates(wired: Wiring, origin: str) -> tuple[int, int, int, int]:
    """What became of the rows of a delivery; nothing of it is in flight."""
    entry = wired.ledger.get(origin)
    assert entry is not None
    assert entry.is_complete
    counters = entry.counters
    assert counters["received"] == sum(counters[each] for each in ("loaded", "duplicate", "conflict", "quarantined"))
    return counters["loaded"], counters["duplicate"], counters["conflict"], counters["superseded"]


_TABLE = re.compile(r"FROM (?P<name>[a-z]+) FOR VERSION")


def looking_back(settings: Settings, clock: Clock, horizon: timedelta | None = HORIZON) -> Wiring:
    """A wiring whose merges look back so far."""
    return Wiring(replace(settings, identity_horizon=horizon), clock)


def reconciler(wired: Wiring, tables: IcebergTables | None = None) -> Reconciler:
    """The reconciler, without Athena."""
    used = wired.lake_tables if tables is None else tables
    return Reconciler(
        query=_repeated_keys(wired),
        reconciliation=Reconciliation(lake=wired.lake, tables=used),
        lake=wired.lake,
        tables=used,
        states=wired.table_states,
        ledger=wired.ledger,
        rollups=rollup_requests(wired),
        events=merge_events(wired),
        clock=wired.clock,
    )


def reconcile(wired: Wiring, tables: IcebergTables | None = None) -> None:
    """Reconcile every data type."""
    for data_type in DataType:
        assert reconciler(wired, tables).run(data_type, has_time=lambda: True)


def _repeated_keys(wired: Wiring) -> Callable[[Statement], list[dict[str, Any]]]:
    def run(statement: Statement) -> list[dict[str, Any]]:
        found = _TABLE.search(statement.text)
        assert found is not None
        name = found["name"]
        table = BASE_TABLES[DataType(name)]
        state = wired.table_states.get(name)
        columns = ["_key", "_key2", *([] if table.time_column is None else [table.time_column])]
        snapshot = wired.lake_tables.snapshot(table, state.snapshot or 0)
        rows = wired.lake_tables.rows(table, snapshot, columns).select(columns).to_pylist()
        times = Counter((row["_key"], row["_key2"]) for row in rows)
        return [
            {"_key": row["_key"]} | ({"moment": row[table.time_column]} if table.time_column else {})
            for row in rows
            if times[row["_key"], row["_key2"]] > 1
        ]

    return run
