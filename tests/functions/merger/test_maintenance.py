"""Maintenance makes tables cheaper to read, and changes nothing that readers read."""

from dataclasses import replace

from shared.app.wiring import Wiring
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.maintenance import files_to_compact
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import good, sale
from tests.fakes.state_dump import merge_all, table_rows

SALES = DataType.TRANSACTIONS
TABLE = BASE_TABLES[SALES]


def _merge_months(wired: Wiring, *months: str) -> None:
    """Merge eight deliveries, each with a row of each month."""
    for number in range(8):
        rows = [sale(f"{number}-{month}", timestamp=f"{month}-03T08:00:00Z") for month in months]  # type: ignore[arg-type] # any text
        wired.loader.load(delivery(SALES, rows, origin=f"batch-{number}"))
        merge_all(wired)


def test_compaction_rewrites_as_many_rows_at_once_as_fit_into_memory(wired: Wiring) -> None:
    _merge_months(wired, "2025-01", "2025-02")
    rows, before = table_rows(wired.settings, SALES), wired.lake_tables.head(TABLE)

    report = replace(wired.maintenance, most_rows=8).run(has_time=lambda: True)

    head = wired.lake_tables.head(TABLE)
    assert (report.compacted_tables, report.compacted_files) == (1, 16)
    assert (len(before.files), len(head.files), head.sequence) == (16, 2, before.sequence + 2)
    assert table_rows(wired.settings, SALES) == rows


def test_files_with_as_many_rows_as_one_may_have_are_not_small(wired: Wiring) -> None:
    _merge_months(wired, "2025-01")
    head = wired.lake_tables.head(TABLE)
    assert len(list(files_to_compact(head))) == 8
    full = replace(head, files=tuple(replace(each, rows=1_000_000) for each in head.files))
    assert list(files_to_compact(full)) == []


def test_the_published_snapshot_is_tagged_with_its_day(wired: Wiring) -> None:
    _merge_months(wired, "2025-01")

    wired.maintenance.run(has_time=lambda: True)

    state = wired.table_states.get(SALES)
    assert list(state.tags.values()) == [state.snapshot]


def test_a_damaged_table_does_not_hold_up_the_others(wired: Wiring) -> None:
    wired.loader.load(delivery(DataType.EVENTS, [good(DataType.EVENTS)], origin="batch-e"))
    _merge_months(wired, "2025-01")
    location = wired.lake_tables.library_table(BASE_TABLES[DataType.EVENTS]).metadata_location
    wired.lake_tables.library_table(TABLE).io.delete(location)

    report = wired.maintenance.run(has_time=lambda: True)

    assert report.failed_tables == 1
    assert (report.compacted_tables, wired.table_states.get(SALES).dirty_days) == (1, ())
