"""Compaction rewrites files and changes nothing that anyone reads: rows, receipts, roll-ups, published days."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.lake.catalog.rollup_tables import SESSIONS_DAILY
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.maintenance import files_to_compact
from shared.lake.table.port import DataFile, TableSnapshot
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint, deaths
from tests.fakes.interrupted_glue import InterruptedGlue
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import StateDump, dump_state, merge_all

EVENTS = DataType.EVENTS
TABLE = BASE_TABLES[EVENTS]
MANY = 8
_MB = 1024 * 1024


def _bring(wired: Wiring, *numbers: int, origin: str, **fields: Any) -> None:
    rows = [good(EVENTS, event_id=f"e-{number}", **fields) for number in numbers]
    at = NOW - timedelta(hours=2)
    wired.loader.load(delivery(EVENTS, rows, origin=origin, at=at))


def _many_files(wired: Wiring) -> None:
    for number in range(MANY):
        _bring(wired, number, origin=f"batch-{number}")
        merge_all(wired)


def _files(wired: Wiring, table: LakeTable = TABLE) -> list[tuple[int, int]]:
    """Rows and deleted rows of each file."""
    return [(each.rows, each.deleted) for each in wired.lake_tables.head(table).files]


def _seen(held: StateDump) -> Any:
    """What does not depend on snapshots: everything but the days to roll up again."""
    return replace(held, dirty={})


def _small(number: int, month: str = "2025-02", **fields: Any) -> DataFile:
    return DataFile(f"{month}-{number}", **{"rows": 1000, "size": 1000, "first": f"{month}-01", **fields})


@pytest.mark.parametrize(
    ("files", "rewritten"),
    [
        ([_small(n) for n in range(MANY - 1)], []),
        ([_small(n) for n in range(MANY)], [f"2025-02-{n}" for n in range(MANY)]),
        ([_small(n, f"2025-0{1 + n % 2}") for n in range(MANY)], []),
        ([_small(n, size=4 * _MB) for n in range(MANY)], []),
        (
            [_small(0, deleted=100), _small(1, deleted=101), _small(2, size=99 * _MB, deleted=500)],
            ["2025-02-1", "2025-02-2"],
        ),
    ],
    ids=["few", "many", "many in different months", "large", "dead rows"],
)
def test_small_files_of_a_month_and_files_with_dead_rows_are_rewritten(
    files: list[DataFile], rewritten: list[str]
) -> None:
    assert [each.path for each in files_to_compact(TableSnapshot(1, 1, {}, tuple(files)))] == rewritten


def test_many_small_files_become_one(wired: Wiring) -> None:
    _many_files(wired)
    before = dump_state(wired.settings)

    assert wired.maintenance.compact(TABLE) == MANY

    assert _files(wired) == [(MANY, 0)]
    assert _seen(dump_state(wired.settings)) == _seen(before)
    assert wired.table_states.get(EVENTS).snapshot == wired.lake_tables.head(TABLE).id
    assert wired.maintenance.compact(TABLE) == 0


def test_dead_rows_are_left_out(wired: Wiring) -> None:
    _bring(wired, 1, 2, 3, origin="batch-1")
    merge_all(wired)
    _bring(wired, 1, origin="batch-2", event_type="checkout")
    merge_all(wired)
    assert _files(wired) == [(3, 1), (1, 0)]

    wired.maintenance.compact(TABLE)

    assert sorted(_files(wired)) == [(1, 0), (2, 0)]


def test_an_object_that_a_crash_left_is_not_merged_again_after_a_compaction(
    wired: Wiring, platforms: MotoPlatforms
) -> None:
    _many_files(wired)
    _bring(wired, 98, 99, origin="batch-left")
    published = 6  # after receipt, data, manifest, manifest list, metadata and the commit; no row is replaced
    with platforms.fault_injector.killing(published, CrashPoint.BEFORE):
        wired.merger.merge({EVENTS}, has_time=lambda: True)
    assert platforms.fault_injector.writes[published - 1 :] == ["UpdateTable", "PutItem"]

    wired.maintenance.compact(TABLE)
    merge_all(wired)

    entry = wired.ledger.get("batch-left")
    assert entry is not None
    assert entry.outcomes.model_dump(exclude_defaults=True) == {"loaded": 2}
    assert len(dump_state(wired.settings).base[EVENTS]) == MANY + 2


def test_a_merge_that_commits_meanwhile_comes_first(wired: Wiring) -> None:
    _many_files(wired)
    glue = InterruptedGlue(wired.settings)

    def overtake() -> None:
        _bring(wired, 0, 99, origin="batch-new", event_type="checkout")
        merge_all(wired)

    glue.before("UpdateTable", overtake)

    replace(wired.maintenance, tables=glue.tables).compact(TABLE)

    held = dump_state(wired.settings)
    assert sorted(row["event_id"] for row in held.base[EVENTS]) == sorted([*(f"e-{n}" for n in range(MANY)), "e-99"])
    assert held.heads[EVENTS] == held.base[EVENTS]
    assert {row["_origin"] for row in held.base[EVENTS] if row["event_id"] in {"e-0", "e-99"}} == {"batch-new"}


def test_a_rewritten_roll_up_is_published_and_an_older_job_does_not_replace_it(wired: Wiring) -> None:
    for number in range(MANY):
        _bring(wired, number, origin=f"batch-{number}", timestamp=f"2025-02-1{number}T08:00:00Z")
        merge_all(wired)
        wired.rollups.run(EVENTS)
    before = dump_state(wired.settings)
    summary = wired.lake_tables.head(SESSIONS_DAILY).summary

    wired.maintenance.compact(SESSIONS_DAILY)

    assert _files(wired, SESSIONS_DAILY) == [(MANY, 0)]
    assert dump_state(wired.settings) == before
    head = wired.lake_tables.head(SESSIONS_DAILY)
    assert wired.table_states.get(EVENTS).derived[SESSIONS_DAILY.name] == head.id
    own = {name: text for name, text in summary.items() if name.startswith("tally.")}
    assert own == {name: text for name, text in head.summary.items() if name.startswith("tally.")} != {}


def test_a_compaction_killed_around_any_write_and_repeated_changes_nothing(platforms: MotoPlatforms) -> None:
    def given(settings: Settings) -> Wiring:
        wired = Wiring(settings, Clock())
        _bring(wired, 1, 2, 3, origin="batch-1")
        merge_all(wired)
        _bring(wired, 1, 4, origin="batch-2", event_type="checkout")
        merge_all(wired)
        return wired

    with platforms.fresh() as settings:
        wired = given(settings)
        expected = _seen(dump_state(settings))
        writes = platforms.fault_injector.count(lambda: wired.maintenance.compact(TABLE))
    assert {"PutObject", "UpdateTable", "PutItem"} == set(writes)

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = given(settings)

            with platforms.fault_injector.killing(step, moment):
                wired.maintenance.compact(TABLE)
            case = f"killed {moment} write {step} of {writes}"
            assert _seen(dump_state(settings)) == expected, case
            wired.maintenance.compact(TABLE)
            assert _seen(dump_state(settings)) == expected, case
            _bring(wired, 3, 5, origin="batch-3")
            merge_all(wired)

            held = dump_state(settings)
            assert sorted(row["event_id"] for row in held.base[EVENTS]) == ["e-1", "e-2", "e-3", "e-4", "e-5"], case
            assert held.heads[EVENTS] == held.base[EVENTS], case
