"""A lake of the former format is converted completely, however often its conversion is killed or raced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.lake.catalog.state import TableState
from shared.lake.catalog.table import LakeTable
from shared.lake.merge.settlement import Settlement
from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.table.port import TableChange, TableSnapshot
from shared.merging.migration import Migration
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import DAY, NOW, sale
from tests.fakes.state_dump import StateDump, dump_state, keys, merge_all, roll_up_all
from tests.upgrade.old_lake import OldLake, migrate

SALES = DataType.TRANSACTIONS
EARLIER = NOW - timedelta(days=1)
OTHER_DAY = "2025-02-20"
FORMER = ("base/", "rollup/", "keys/")


def typed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return valid sales with their times parsed."""
    return [{**row, "timestamp": datetime.fromisoformat(row["timestamp"])} for row in rows]


def put_base(wired: Wiring, day: str, rows: list[dict[str, Any]], receipt: Mapping[str, Any] | None = None) -> None:
    """Store sales of a day as the former format did."""
    stamp = IngestMetadata(source_id="web-shop", ingested_at=EARLIER, origin="batch-0", reporting_currency="USD")
    table = to_table(SALES, typed(rows), stamp).replace_schema_metadata({"tally.receipt": orjson.dumps(receipt or {})})
    wired.lake.put(f"base/{SALES}/dt={day}/base.parquet", write_parquet(table))


def rows_of(settings: Settings) -> dict[str, Any]:
    """The published quantity of each sale line, by its number."""
    return {row["transaction_id"]: row["quantity"] for row in dump_state(settings).base[SALES]}


def finish(wired: Wiring) -> StateDump:
    """Merge what waits, compute roll-ups, and return the state."""
    merge_all(wired)
    roll_up_all(wired)
    return dump_state(wired.settings)


def _whatever_the_snapshots(state: StateDump) -> StateDump:
    """Leave out numbers of snapshots: a repeated commit makes one more. What they count, `replaced`, stays."""
    return replace(
        state, ledger=[{**item, "replaced_until": {*item.get("replaced_until", ())}} for item in state.ledger]
    )


# --- Killed -----------------------------------------------------------------------------------------------------------


def test_a_migration_killed_around_any_write_and_repeated_gives_the_same_state(platforms: MotoPlatforms) -> None:
    old = OldLake(SALES, DataType.PRODUCTS)
    with platforms.fresh() as settings:
        old.restore(settings)
        writes = platforms.fault_injector.count(lambda: migrate(Wiring(settings, Clock())))
        expected = _whatever_the_snapshots(finish(Wiring(settings, Clock())))
    assert {"PutObject", "UpdateTable", "PutItem", "SendMessage", "DeleteObjects"} <= set(writes)
    assert len(expected.base[SALES]) == 28

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            old.restore(settings)

            with platforms.fault_injector.killing(step, moment):
                migrate(Wiring(settings, Clock()))
            migrate(Wiring(settings, Clock()))

            case = f"killed {moment} write {step} of {writes}"
            assert _whatever_the_snapshots(finish(Wiring(settings, Clock()))) == expected, case
            assert [key for prefix in FORMER for key in keys(settings, prefix)] == [], case


def test_a_killed_migration_is_completed_by_the_next_merge(platforms: MotoPlatforms) -> None:
    old = OldLake()
    with platforms.fresh() as settings:
        old.restore(settings)
        expected = finish(Wiring(settings, Clock())).base[SALES]

    with platforms.fresh() as settings:
        old.restore(settings)
        has_time = iter([True, True, False])
        migration = replace(Wiring(settings, Clock()).merger.migration, most_rows=5)
        assert not migration.run(SALES, lambda: next(has_time, False))
        assert keys(settings, f"base/{SALES}/")

        assert finish(Wiring(settings, Clock())).base[SALES] == expected
        assert keys(settings, f"base/{SALES}/") == []


# --- Raced ------------------------------------------------------------------------------------------------------------


@dataclass
class RacedTables:
    """Tables to which something else is committed around the first commit."""

    tables: Any
    race: Callable[[], object]
    is_before: bool
    raced: bool = False

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Commit, before or after the race."""
        races, self.raced = not self.raced, True
        if races and self.is_before:
            self.race()
        made: TableSnapshot = self.tables.commit(table, parent, change)
        if races and not self.is_before:
            self.race()
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tables, name)


def raced(wired: Wiring, race: Callable[[], object], *, is_before: bool) -> Migration:
    """Return a migration whose first commit another process precedes or overtakes."""
    migration = replace(wired.merger.migration, most_rows=2)
    tables = RacedTables(wired.lake_tables, race, is_before)
    settlement = Settlement(tables, wired.merger.cycle.index)
    conversion = replace(migration.conversion, tables=tables, settlement=settlement)
    return replace(migration, conversion=conversion)


@pytest.mark.parametrize("is_before", [True, False], ids=["before the commit", "before the publication"])
def test_a_merge_that_corrects_an_old_row_meanwhile_has_the_outcomes_of_one_afterwards(
    platforms: MotoPlatforms, *, is_before: bool
) -> None:
    def given(settings: Settings) -> Wiring:
        wired = Wiring(settings, Clock())
        put_base(wired, DAY, [sale(1), sale(2), sale(3)])
        put_base(wired, OTHER_DAY, [sale(number, timestamp=f"{OTHER_DAY}T08:00:00Z") for number in (4, 5)])
        rows = [sale(1, quantity=9), sale(2), sale(4, quantity=8), sale(6)]  # the third moves to another day
        wired.loader.load(delivery(SALES, rows, origin="batch-1"))
        return wired

    with platforms.fresh() as settings:
        wired = given(settings)
        migrate(wired)
        expected = finish(wired)
    with platforms.fresh() as settings:
        wired = given(settings)
        migration = raced(wired, lambda: merge_all(Wiring(settings, Clock())), is_before=is_before)

        assert migration.run(SALES, lambda: True)

        assert finish(wired) == expected
        entry = wired.ledger.get("batch-1")
        assert entry is not None
        assert (entry.outcomes.loaded, entry.outcomes.duplicate) == (3, 1)
        assert rows_of(settings) == {"t-1": 9, "t-2": 2, "t-3": 2, "t-4": 8, "t-5": 2, "t-6": 2}


def test_days_that_a_later_commit_published_first_are_rolled_up_again(wired: Wiring) -> None:
    put_base(wired, DAY, [sale(1)])
    other = Wiring(wired.settings, Clock())

    def race() -> None:
        """Merge without converting first, as a version of the former format would, and roll up."""
        other.loader.load(delivery(SALES, [sale(2, timestamp=f"{OTHER_DAY}T08:00:00Z")], origin="batch-1"))
        result = other.merger.cycle.run(SALES, TableState(name=SALES))
        assert result is not None
        snapshot = result.snapshot
        other.table_states.update(
            SALES, lambda state: state.with_commit(snapshot.id or 0, snapshot.sequence, [OTHER_DAY])
        )
        roll_up_all(other)

    assert raced(wired, race, is_before=False).run(SALES, lambda: True)

    assert DAY in wired.table_states.get(SALES).dirty_days


# --- What is carried over ---------------------------------------------------------------------------------------------


def test_rows_that_the_former_version_merged_but_did_not_delete_are_not_merged_again(wired: Wiring) -> None:
    key = f"incoming/{SALES}/dt={DAY}/batch-0.parquet"
    stamp = IngestMetadata(source_id="web-shop", ingested_at=EARLIER, origin="batch-0", reporting_currency="USD")
    wired.lake.put(key, write_parquet(to_table(SALES, typed([sale(1), sale(1, quantity=7)]), stamp)))
    [waiting] = wired.lake.names(key)
    name = f"{key} {waiting.etag}"
    merged = {name: {"loaded": 1, "conflict": 1}, f"incoming/{SALES}/dt={DAY}/x~1.moved 'e'": {}}
    put_base(wired, DAY, [sale(1, quantity=7)], {"sequence": 4, "merged": merged, "restated_by": ["batch-0"]})

    merge_all(wired)

    entry = wired.ledger.get("batch-0")
    assert entry is not None
    assert (entry.outcomes.loaded, entry.outcomes.conflict, entry.restated) == (1, 1, (DAY,))
    assert rows_of(wired.settings) == {"t-1": 7}


def test_nothing_of_the_former_format_is_left(wired: Wiring) -> None:
    OldLake().restore(wired.settings)
    notice = f"incoming/{SALES}/dt=2025-02-27/2025-02-28~a380e4abffb42ded.moved"
    wired.lake.put(notice, b"")

    migrate(wired)

    assert [key for prefix in FORMER for key in keys(wired.settings, prefix)] == []
    assert notice not in keys(wired.settings, "incoming/")


def test_a_second_migration_changes_nothing(wired: Wiring) -> None:
    OldLake().restore(wired.settings)
    migrate(wired)
    before = {each: wired.table_states.get(each) for each in DataType}

    migrate(Wiring(wired.settings, Clock()))

    assert {each: wired.table_states.get(each) for each in DataType} == before


def test_a_damaged_object_stays_and_holds_nothing_up(wired: Wiring) -> None:
    put_base(wired, DAY, [sale(1)])
    damaged = f"base/{SALES}/dt={OTHER_DAY}/base.parquet"
    wired.lake.put(damaged, b"PAR1 and nothing else")
    wired.loader.load(delivery(SALES, [sale(2)], origin="batch-1"))

    merge_all(wired)

    assert rows_of(wired.settings).keys() == {"t-1", "t-2"}
    assert keys(wired.settings, "base/") == [damaged]


def test_progress_counts_the_objects_of_a_data_type(wired: Wiring) -> None:
    for day in (DAY, OTHER_DAY, "2025-02-21"):
        put_base(wired, day, [sale(1, transaction_id=f"t-{day}", timestamp=f"{day}T08:00:00Z")])
    seen = list[tuple[DataType, int, int]]()

    replace(wired.merger.migration, most_rows=1).run(SALES, lambda: True, lambda *each: seen.append(each))

    assert seen[-1] == (SALES, 3, 3)
    assert [done for _, done, _ in seen] == sorted({done for _, done, _ in seen})
