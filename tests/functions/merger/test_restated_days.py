"""Late rows are loaded, and a day that changes after it counted as complete is listed as restated."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.lake.storage.paths import incoming_key
from shared.merging.events import MergeEvents
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.heard_events import HeardEvents
from tests.fakes.records import DAY, NOW, good, sale
from tests.fakes.state_dump import keys, merge_all, table_rows

IN_TIME, LATE = NOW - timedelta(days=1), NOW  # the day of the records ended 36 hours before NOW
OTHER = "2025-02-26"
SALES = DataType.TRANSACTIONS


def _bring(wired: Wiring, rows: Sequence[Any], origin: str, at: Any, data_type: DataType) -> tuple[str, ...]:
    wired.loader.load(delivery(data_type, rows, origin=origin, at=at))
    merge_all(wired)
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry.restated


def test_a_late_row_is_loaded_and_its_day_is_restated(wired: Wiring) -> None:
    before = _bring(wired, [sale(1)], "batch-1", IN_TIME, DataType.TRANSACTIONS)

    restated = _bring(wired, [sale(2), sale(3)], "batch-2", LATE, DataType.TRANSACTIONS)

    assert (before, restated) == ((), (DAY,))
    assert len(table_rows(wired.settings, SALES)) == 3


def test_the_merge_event_names_restated_day_and_deliveries(wired: Wiring) -> None:
    _bring(wired, [sale(1)], "batch-1", IN_TIME, DataType.TRANSACTIONS)
    told = HeardEvents(wired.settings)
    merger = replace(wired.merger, events=MergeEvents(told.bus))

    for number, at in ((2, IN_TIME), (3, LATE)):
        wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(number)], origin=f"batch-{number}", at=at))
        merger.merge({SALES}, has_time=lambda: True)

    common = {
        "data_type": "transactions",
        "days": [DAY],
        "day_count": 1,
        "delivery_count": 1,
        "outcomes": {"loaded": 1},
    }
    assert [{name: value for name, value in each.items() if name != "snapshot"} for each in told.details] == [
        {**common, "rows": 2, "restated": [], "restated_by": []},
        {**common, "rows": 3, "restated": [DAY], "restated_by": ["batch-3"]},
    ]
    assert told.details[-1]["snapshot"] == str(wired.table_states.get(SALES).snapshot)


def test_a_new_day_is_not_a_restatement(wired: Wiring) -> None:
    assert _bring(wired, [sale(1)], "batch-1", LATE, DataType.TRANSACTIONS) == ()


def test_duplicates_restate_nothing(wired: Wiring) -> None:
    _bring(wired, [sale(1)], "batch-1", IN_TIME, DataType.TRANSACTIONS)

    assert _bring(wired, [sale(1)], "batch-2", LATE, DataType.TRANSACTIONS) == ()


def test_allowed_lateness_depends_on_the_type(wired: Wiring) -> None:
    placed, shipped = (good(DataType.ORDERS, status=status) for status in ("placed", "shipped"))
    _bring(wired, [placed], "batch-1", IN_TIME, DataType.ORDERS)

    assert _bring(wired, [shipped], "batch-2", LATE, DataType.ORDERS) == ()


def test_types_without_days_are_never_restated(wired: Wiring) -> None:
    _bring(wired, [good(DataType.PRODUCTS)], "batch-1", IN_TIME, DataType.PRODUCTS)

    assert _bring(wired, [good(DataType.PRODUCTS, name="Cup")], "batch-2", LATE, DataType.PRODUCTS) == ()


def test_moving_a_record_restates_the_day_that_loses_it(wired: Wiring) -> None:
    _bring(wired, [sale(1), sale(2)], "batch-1", IN_TIME, DataType.TRANSACTIONS)

    moved = sale(1, timestamp=f"{OTHER}T08:00:00Z")
    restated = _bring(wired, [moved], "batch-2", LATE, DataType.TRANSACTIONS)

    assert restated == (DAY,)
    assert sorted(f"{row['timestamp']:%Y-%m-%d}" for row in table_rows(wired.settings, SALES)) == [OTHER, DAY]


def test_rows_without_a_ledger_entry_move_records_too(wired: Wiring) -> None:
    _bring(wired, [sale(1)], "batch-1", IN_TIME, DataType.TRANSACTIONS)
    wired.loader.load(
        delivery(DataType.TRANSACTIONS, [sale(1, timestamp=f"{OTHER}T08:00:00Z")], origin="batch-2", at=LATE)
    )
    (rows,) = (wired.lake.get(key) for key in keys(wired.settings, "incoming/"))
    assert rows is not None
    wired.lake.delete([rows])
    wired.lake.put(incoming_key(SALES, "smuggled"), rows.body)

    merge_all(wired)

    assert [f"{row['timestamp']:%Y-%m-%d}" for row in table_rows(wired.settings, SALES)] == [OTHER]
