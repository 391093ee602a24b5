"""Which days a delivery restates: those that had rows, and that it changed after their maturity."""

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from shared.lake.merge.late_data import closes_at, restated_days
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS

SALES = DataType.TRANSACTIONS
DAY, OTHER = date(2025, 2, 27), date(2025, 2, 26)
MATURE = closes_at(SALES, DAY)
LATE = MATURE + timedelta(milliseconds=1)


def _changes(*rows: tuple[date, str, datetime]) -> pa.Table:
    schema = pa.schema([("day", pa.date32()), ("_origin", pa.string()), (INGESTED_AT, pa.timestamp("ms"))])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def test_a_day_matures_at_its_end_plus_the_allowed_lateness() -> None:
    assert closes_at(SALES, DAY) == datetime(2025, 2, 28) + SCHEMAS[SALES].allowed_lateness  # noqa: DTZ001 # as all in the lake


@pytest.mark.parametrize(("at", "restated"), [(MATURE, {}), (LATE, {"batch-1": ("2025-02-27",)})])
def test_a_change_after_maturity_restates_a_day(at: datetime, restated: object) -> None:
    assert restated_days(SALES, _changes((DAY, "batch-1", at)), {"2025-02-27"}) == restated


def test_the_first_rows_of_a_day_restate_nothing() -> None:
    assert restated_days(SALES, _changes((DAY, "batch-1", LATE)), {"2025-02-26"}) == {}


def test_each_delivery_restates_the_days_that_it_changed() -> None:
    changes = _changes(
        (DAY, "late", LATE),
        (OTHER, "late", LATE),
        (DAY, "in-time", MATURE),
        (DAY, "late", MATURE),
        (OTHER, "old", LATE),
    )

    assert restated_days(SALES, changes, {"2025-02-27", "2025-02-26"}) == {
        "late": ("2025-02-26", "2025-02-27"),
        "old": ("2025-02-26",),
    }


def test_types_without_event_time_restate_nothing() -> None:
    assert restated_days(DataType.PRODUCTS, _changes((DAY, "batch-1", LATE)), {"2025-02-27"}) == {}
