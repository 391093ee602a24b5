"""Mergers that meet on one table lose nothing, and nothing old overwrites anything newer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.app.wiring import Wiring
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.key_index import KeyIndex
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.lake.storage.paths import incoming_key
from shared.merging.merger import Merger
from shared.records.schema import DataType
from tests.fakes import s3_conditions
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.interrupted_glue import InterruptedGlue
from tests.fakes.interrupted_s3 import InterruptedS3
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import sale
from tests.fakes.state_dump import dump_state, keys, merge_all, table_rows, waiting

SALES = DataType.TRANSACTIONS


def _bring(wired: Wiring, *numbers: int, origin: str) -> None:
    wired.loader.load(delivery(SALES, [sale(number) for number in numbers], origin=origin))


def _merge(merger: Merger) -> None:
    assert merger.merge({SALES}, has_time=lambda: True) == set()


def _lines(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, SALES))


@pytest.fixture
def s3(wired: Wiring) -> InterruptedS3:
    """The S3 client of a merger that is overtaken; it waits for the platform."""
    assert wired.settings
    slow = InterruptedS3()
    s3_conditions.listen(slow.client.meta.events)
    return slow


@pytest.fixture
def glue(wired: Wiring) -> InterruptedGlue:
    """The Glue client of a merger that is overtaken."""
    return InterruptedGlue(wired.settings)


@pytest.fixture
def overtaken(wired: Wiring, s3: InterruptedS3, glue: InterruptedGlue) -> Merger:
    """A merger that something else may overtake."""
    lake = LakeStore(s3.client, wired.settings.name_of(LAKE_BUCKET))
    cycle = replace(wired.merger.cycle, lake=lake, tables=glue.tables, index=KeyIndex(glue.tables))
    return replace(wired.merger, lake=lake, cycle=cycle)


def _balanced(wired: Wiring) -> bool:
    origins = {item["origin"] for item in dump_state(wired.settings).ledger}
    entries = [wired.ledger.get(origin) for origin in origins]
    return all(entry is not None and entry.is_complete for entry in entries)


@pytest.mark.parametrize(
    ("operation", "key"), [("ListObjectsV2", "incoming/"), ("GetObject", "incoming/"), ("PutObject", "receipts/")]
)
def test_a_merger_overtaken_by_another_loses_nothing(
    wired: Wiring, s3: InterruptedS3, overtaken: Merger, operation: str, key: str
) -> None:
    def overtake() -> None:
        _bring(wired, 2, 3, origin="batch-2")
        _merge(wired.merger)

    _bring(wired, 1, 2, origin="batch-1")
    s3.before(operation, key, overtake)

    _merge(overtaken)
    merge_all(wired)

    assert _lines(wired) == ["t-1", "t-2", "t-3"]
    assert _balanced(wired)
    assert dump_state(wired.settings).incoming == []


@pytest.mark.parametrize(("operation", "skipping"), [*(("GetTable", calls) for calls in range(4)), ("UpdateTable", 0)])
def test_a_merger_overtaken_at_any_call_of_the_catalogue_loses_nothing(
    wired: Wiring, glue: InterruptedGlue, overtaken: Merger, operation: str, skipping: int
) -> None:
    def overtake() -> None:
        _bring(wired, 2, 3, origin="batch-2")
        _merge(wired.merger)

    _bring(wired, 0, 2, origin="batch-0")
    _merge(wired.merger)
    _bring(wired, 1, 2, origin="batch-1")
    glue.before(operation, overtake, skipping=skipping)

    _merge(overtaken)
    merge_all(wired)

    expected = {"t-0", "t-1", "t-2"}
    assert expected <= set(_lines(wired)) <= {*expected, "t-3"}
    assert len(_lines(wired)) == len(set(_lines(wired)))
    assert _balanced(wired)
    assert dump_state(wired.settings).incoming == []


class _OvertakenStates(TableStates):
    """Something else happens before the first update."""

    def __init__(self, wired: Wiring, overtake: Callable[[], object]) -> None:
        super().__init__(wired.clients.dynamodb, wired.settings.name_of(TABLE_STATES))
        self._pending = [overtake]

    def update(self, name: str, change: Callable[[TableState], TableState]) -> TableState:
        """Replace a state."""
        if self._pending:
            self._pending.pop()()
        return super().update(name, change)


def test_a_merge_published_late_does_not_hide_a_newer_one(wired: Wiring) -> None:
    def overtake() -> None:
        _bring(wired, 2, origin="batch-2")
        _merge(wired.merger)

    _bring(wired, 1, origin="batch-1")
    _merge(replace(wired.merger, states=_OvertakenStates(wired, overtake)))

    assert _lines(wired) == ["t-1", "t-2"]
    assert wired.table_states.get(SALES).sequence == 2
    assert _balanced(wired)


def test_a_delivery_repeated_with_more_rows_between_read_and_delete_survives_the_delete(
    wired: Wiring, s3: InterruptedS3, overtaken: Merger
) -> None:
    _bring(wired, 1, origin="batch-1")
    s3.before("DeleteObjects", "incoming/", lambda: _bring(wired, 1, 2, origin="batch-1"))

    _merge(overtaken)
    left = keys(wired.settings, "incoming/")
    merge_all(wired)

    assert left == [incoming_key(SALES, "batch-1")]
    assert _lines(wired) == ["t-1", "t-2"]
    assert _balanced(wired)


def test_days_of_a_killed_merge_are_published_though_its_delivery_was_repeated(
    wired: Wiring, platforms: MotoPlatforms
) -> None:
    first, more = sale(1, timestamp="2025-02-26T10:00:00Z"), sale(2)
    wired.loader.load(delivery(SALES, [first], origin="batch-1"))
    wired.lake_tables.ensure(BASE_TABLES[SALES])
    committed = 5  # receipt, data, manifest, manifest list and metadata are written before Glue names them
    with platforms.fault_injector.killing(committed, CrashPoint.AFTER):
        wired.merger.merge({SALES}, has_time=lambda: True)
    assert platforms.fault_injector.writes[committed] == "UpdateTable"
    assert wired.table_states.get(SALES).days == {}

    wired.loader.load(delivery(SALES, [first, more], origin="batch-1"))
    merge_all(wired)

    assert _lines(wired) == ["t-1", "t-2"]
    assert sorted(wired.table_states.get(SALES).days) == ["2025-02-26", "2025-02-27"]
    assert _balanced(wired)


def test_deleting_an_overwritten_object_does_not_restore_its_old_version(wired: Wiring) -> None:
    _bring(wired, 1, origin="batch-1")
    _bring(wired, 1, 2, origin="batch-1")

    merge_all(wired)

    assert keys(wired.settings, "incoming/") == []
    assert _balanced(wired)


def test_concurrent_mergers_lose_nothing(wired: Wiring) -> None:
    for number in range(4):
        _bring(wired, number, number + 1, origin=f"batch-{number}")
    together, wanted = threading.Barrier(3), waiting(wired.settings)

    def merge() -> set[DataType]:
        together.wait(timeout=5)
        return wired.merger.merge(wanted, has_time=lambda: True)

    with ThreadPoolExecutor(3) as pool:
        left = [run.result() for run in [pool.submit(merge) for _ in range(3)]]
    merge_all(wired)

    assert left == [set(), set(), set()]
    assert _lines(wired) == [f"t-{number}" for number in range(5)]
    assert _balanced(wired)


def test_an_unreadable_object_holds_up_no_other(wired: Wiring) -> None:
    damaged = incoming_key(SALES, "batch-9")
    wired.lake.put(damaged, b"no Parquet")
    _bring(wired, 1, origin="batch-1")

    left = wired.merger.merge({SALES}, has_time=lambda: True)

    assert left == set()
    assert _lines(wired) == ["t-1"]
    assert keys(wired.settings, "incoming/") == [damaged]


def test_a_merger_without_time_leaves_its_data_types_for_the_next(wired: Wiring) -> None:
    _bring(wired, 1, origin="batch-1")

    left = wired.merger.merge({SALES}, has_time=lambda: False)

    assert left == {SALES}
    assert table_rows(wired.settings, SALES) == []
