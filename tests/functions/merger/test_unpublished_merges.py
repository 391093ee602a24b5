"""Days that an unpublished or foreign commit changed are published with the next merge, whatever became of its objects.

A merge crashes between its commit and its publication; then something else happens to the table or to its objects.
"""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shared.app.wiring import Wiring
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.parquet.columns import arrow_schema
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.lake.table.port import FILE, POSITION, TableChange
from shared.lake.table.positions import positions_of
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import DAY, sale
from tests.fakes.state_dump import merge_all, roll_up_all, table_rows

SALES = DataType.TRANSACTIONS
TABLE = BASE_TABLES[SALES]
OTHER = "2025-02-20"
THIRD = "2025-02-14"


def _load(wired: Wiring, number: int, day: str, *, origin: str) -> None:
    wired.loader.load(delivery(SALES, [sale(number, timestamp=f"{day}T08:00:00Z")], origin=origin))


def _merge_without_publishing(wired: Wiring) -> None:
    assert wired.merger.cycle.run(SALES, wired.table_states.get(SALES)) is not None


def _rewrite(wired: Wiring, key: str) -> None:
    """Replace an incoming object by the same rows in other bytes, as a repeated load may."""
    stored = wired.lake.get(key)
    assert stored is not None
    sink = pa.BufferOutputStream()
    pq.write_table(pq.read_table(pa.BufferReader(stored.body)), sink, compression="none")
    wired.lake.put(key, sink.getvalue().to_pybytes())


def _commit_as_another_engine(wired: Wiring, *, appended: str, deleted: str) -> None:
    """Append a copy of the first row under another id, and delete a row, without any summary of this platform."""
    head = wired.lake_tables.head(TABLE)
    rows = wired.lake_tables.rows(TABLE, head, [column.name for column in TABLE.columns])
    place = rows.schema.get_field_index("transaction_id")
    copy = rows.slice(0, 1).set_column(place, "transaction_id", pa.array([appended]))
    gone = positions_of(rows.filter(pc.equal(rows["transaction_id"], deleted)))
    wired.lake_tables.commit(TABLE, head, TableChange(rows=copy.drop_columns([FILE, POSITION]), deleted=gone))


def _assert_roll_ups_equal_the_base(wired: Wiring) -> None:
    roll_up_all(wired)
    names = arrow_schema(SALES).names
    base = wired.lake_tables.rows(TABLE, wired.lake_tables.head(TABLE), names).select(names)
    expected = {name: sorted(rows.to_pylist(), key=repr) for name, rows in roll_up(SALES, base).items()}
    assert {table.name: table_rows(wired.settings, table.name) for table in ROLLUPS[SALES]} == expected


def test_days_of_an_unpublished_merge_are_published_though_its_object_was_replaced(wired: Wiring) -> None:
    _load(wired, 1, DAY, origin="batch-1")
    _merge_without_publishing(wired)
    _rewrite(wired, incoming_key(SALES, "batch-1"))
    _load(wired, 2, OTHER, origin="batch-2")

    merge_all(wired)

    assert sorted(wired.table_states.get(SALES).days) == [OTHER, DAY]
    _assert_roll_ups_equal_the_base(wired)


def test_days_of_an_unpublished_merge_are_published_though_another_engine_committed_since(wired: Wiring) -> None:
    _load(wired, 1, DAY, origin="batch-1")
    _merge_without_publishing(wired)
    target = wired.lake_tables.library_table(TABLE)
    target.append(target.scan().to_arrow().slice(0, 0))
    _load(wired, 2, OTHER, origin="batch-2")

    merge_all(wired)

    assert sorted(wired.table_states.get(SALES).days) == [OTHER, DAY]
    _assert_roll_ups_equal_the_base(wired)


def test_rows_that_another_engine_appends_and_deletes_reach_roll_ups_with_the_next_merge(wired: Wiring) -> None:
    for number, day in enumerate((DAY, OTHER)):
        _load(wired, number, day, origin=f"batch-{number}")
    merge_all(wired)
    roll_up_all(wired)
    _commit_as_another_engine(wired, appended="t-9", deleted="t-1")
    _load(wired, 3, THIRD, origin="batch-3")

    merge_all(wired)

    assert wired.table_states.get(SALES).dirty_days == (THIRD, OTHER, DAY)
    assert sorted(row["transaction_id"] for row in table_rows(wired.settings, SALES)) == ["t-0", "t-3", "t-9"]
    _assert_roll_ups_equal_the_base(wired)


def _merge_many(wired: Wiring) -> None:
    for number in range(8):
        _load(wired, number, DAY, origin=f"batch-{number}")
        merge_all(wired)
    roll_up_all(wired)


def test_compaction_leaves_the_publication_of_a_merge_to_the_merger(wired: Wiring) -> None:
    _merge_many(wired)
    _load(wired, 8, OTHER, origin="batch-8")
    _merge_without_publishing(wired)
    before = wired.table_states.get(SALES)

    wired.maintenance.run(has_time=lambda: True)
    assert len(wired.lake_tables.head(TABLE).files) == 1
    assert wired.table_states.get(SALES).snapshot == before.snapshot
    merge_all(wired)

    assert len(table_rows(wired.settings, SALES)) == 9
    assert wired.table_states.get(SALES).dirty_days == (OTHER,)
    _assert_roll_ups_equal_the_base(wired)


def test_compaction_of_what_another_engine_committed_is_published_with_its_days(wired: Wiring) -> None:
    _merge_many(wired)
    _commit_as_another_engine(wired, appended="t-9", deleted="t-1")

    wired.maintenance.run(has_time=lambda: True)
    _load(wired, 8, OTHER, origin="batch-8")
    merge_all(wired)

    assert wired.table_states.get(SALES).dirty_days == (OTHER, DAY)
    _assert_roll_ups_equal_the_base(wired)


def test_compaction_changes_neither_rows_nor_days(wired: Wiring) -> None:
    _merge_many(wired)
    before, rows = wired.table_states.get(SALES), table_rows(wired.settings, SALES)

    report = wired.maintenance.run(has_time=lambda: True)

    after = wired.table_states.get(SALES)
    assert report.compacted_tables == 1
    assert after.snapshot == wired.lake_tables.head(TABLE).id != before.snapshot
    assert (after.days, after.dirty_days) == (before.days, ())
    assert table_rows(wired.settings, SALES) == rows


def test_a_merge_that_died_after_its_publication_sends_its_request_and_event_again(wired: Wiring) -> None:
    _load(wired, 1, DAY, origin="batch-1")
    result = wired.merger.cycle.run(SALES, wired.table_states.get(SALES))
    assert result is not None
    wired.table_states.update(
        SALES, lambda state: state.with_commit(result.snapshot.id or 0, result.snapshot.sequence, result.days)
    )

    repeated = wired.merger.cycle.run(SALES, wired.table_states.get(SALES))

    assert repeated is not None
    assert (repeated.days, repeated.outcomes) == ((DAY,), {"loaded": 1})


def test_a_marker_that_waits_for_its_rows_publishes_nothing_again(wired: Wiring) -> None:
    _load(wired, 1, DAY, origin="batch-1")
    merge_all(wired)
    wired.lake.put(cancellation_key(SALES, "batch-2"), b"")

    result = wired.merger.cycle.run(SALES, wired.table_states.get(SALES))

    assert result is not None
    assert result.days == ()
