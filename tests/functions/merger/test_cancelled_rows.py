"""A marker beside a delivery's rows cancels those that are not merged yet: the commit decides which that is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow.compute as pc
import pytest

from shared.app.wiring import Wiring
from shared.lake.catalog.rollup_tables import PRODUCT_COSTS
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.parquet.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore, StoredObject
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.lake.table.port import TableChange, TableSnapshot, TableStore
from shared.ledger.entry import LedgerEntry, Outcomes
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import Crash, deaths
from tests.fakes.interrupted_glue import InterruptedGlue
from tests.fakes.interrupted_s3 import InterruptedS3
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good, sale
from tests.fakes.state_dump import dump_state, keys, merge_all, table_rows, waiting

SALES = DataType.TRANSACTIONS
EARLIER = NOW - timedelta(hours=1)


def _bring(wired: Wiring, *numbers: int, origin: str = "batch-1", **fields: Any) -> None:
    rows = [sale(number, **fields) for number in numbers]
    wired.loader.load(delivery(SALES, rows, origin=origin))


def _cancel(wired: Wiring, origin: str = "batch-1") -> None:
    wired.lake.put(cancellation_key(SALES, origin), b"")


def _entry(wired: Wiring, origin: str = "batch-1") -> LedgerEntry:
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry


def _lines(settings: Settings) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(settings, SALES))


def test_rows_cancelled_before_their_merge_are_accounted_for_and_not_loaded(wired: Wiring) -> None:
    _bring(wired, 1, 2)
    _bring(wired, 3, origin="batch-2")
    _cancel(wired)

    merge_all(wired)

    assert _lines(wired.settings) == ["t-3"]
    entry = _entry(wired)
    assert (entry.received, entry.quarantined, entry.in_flight, entry.outcomes.cancelled) == (2, 2, 0, 2)
    assert keys(wired.settings, "incoming/") == []


def test_merged_rows_stay_merged(wired: Wiring) -> None:
    _bring(wired, 1)
    merge_all(wired)
    _cancel(wired)

    merge_all(wired)

    assert _lines(wired.settings) == ["t-1"]
    assert _entry(wired).outcomes.model_dump(exclude_defaults=True) == {"loaded": 1}
    assert keys(wired.settings, "incoming/") == []


def test_a_marker_ahead_of_its_rows_waits_for_them(wired: Wiring) -> None:
    _bring(wired, 1)
    (rows,) = (wired.lake.get(key) for key in keys(wired.settings, "incoming/"))
    assert rows is not None
    wired.lake.delete([rows])
    _cancel(wired)
    wired.merger.merge({SALES}, has_time=lambda: True)
    assert keys(wired.settings, "incoming/") == [cancellation_key(SALES, "batch-1")]

    wired.lake.put(rows.key, rows.body)
    merge_all(wired)

    assert _lines(wired.settings) == []
    assert _entry(wired).outcomes.cancelled == 1


def test_a_marker_of_an_unknown_delivery_is_deleted(wired: Wiring) -> None:
    _cancel(wired, "batch-unheard-of")

    merge_all(wired)

    assert keys(wired.settings, "incoming/") == []
    assert dump_state(wired.settings).ledger == []


def test_a_marker_of_one_day_cancels_the_rows_of_that_day(wired: Wiring) -> None:
    """Deliveries were once divided by day; their objects may wait while a deployment is upgraded."""
    _bring(wired, 1, 2)
    (incoming,) = (wired.lake.get(key) for key in keys(wired.settings, "incoming/"))
    assert incoming is not None
    wired.lake.delete([incoming])
    _of_day(wired, "2025-02-26", _sales(incoming, "t-1"))
    _of_day(wired, "2025-02-27", _sales(incoming, "t-2"))
    wired.lake.put("incoming/transactions/dt=2025-02-26/batch-1.cancelled", b"")

    merge_all(wired)

    assert _lines(wired.settings) == ["t-2"]
    assert _entry(wired).parts == {"2025-02-26": Outcomes(cancelled=1), "2025-02-27": Outcomes(loaded=1)}
    assert (_entry(wired).in_flight, keys(wired.settings, "incoming/")) == (0, [])


def _sales(stored: StoredObject, name: str) -> bytes:
    table = read_parquet(stored.body, arrow_schema(SALES))
    return write_parquet(table.filter(pc.equal(table["transaction_id"], name)))


def _of_day(wired: Wiring, day: str, body: bytes) -> None:
    wired.lake.put(f"incoming/transactions/dt={day}/batch-1.parquet", body)


def test_a_cancelled_batch_sent_again_under_another_id_is_merged_once(wired: Wiring) -> None:
    _bring(wired, 1)
    (incoming,) = (wired.lake.get(key) for key in keys(wired.settings, "incoming/"))
    assert incoming is not None
    _cancel(wired)
    merge_all(wired)

    wired.ledger.update("batch-1", lambda entry: (entry or _entry(wired)).with_redrive("1", 1))
    wired.lake.put(incoming_key(SALES, "batch-1~r1"), incoming.body)
    wired.ledger.update("batch-1", lambda entry: (entry or _entry(wired)).with_redriven("1", 0, NOW))
    merge_all(wired)

    entry = _entry(wired)
    assert _lines(wired.settings) == ["t-1"]
    assert set(entry.parts) == {"all", "all~r1"}
    assert (entry.received, entry.quarantined, entry.outcomes.loaded, entry.in_flight) == (1, 0, 1, 0)


@pytest.mark.parametrize("moment", ["list", "read", "receipt", "commit"])
@pytest.mark.parametrize("first", ["merge", "cancellation"])
def test_the_commit_decides_between_a_merge_and_a_cancellation(wired: Wiring, moment: str, first: str) -> None:
    s3, glue = InterruptedS3(), InterruptedGlue(wired.settings)
    lake = LakeStore(s3.client, wired.settings.name_of(LAKE_BUCKET))
    cycle = replace(wired.merger.cycle, lake=lake, tables=glue.tables)
    slow = replace(wired.merger, lake=lake, cycle=cycle)

    def other() -> None:
        if first == "merge":
            wired.merger.merge({SALES}, has_time=lambda: True)
        _cancel(wired)
        wired.merger.merge({SALES}, has_time=lambda: True)

    _bring(wired, 1, 2)
    if moment == "commit":
        glue.before("UpdateTable", other)
    else:
        operation, key = {
            "list": ("ListObjectsV2", "incoming/"),
            "read": ("GetObject", "batch-1.parquet"),
            "receipt": ("PutObject", "receipts/"),
        }[moment]
        s3.before(operation, key, other)

    slow.merge({SALES}, has_time=lambda: True)
    merge_all(wired)

    entry, merged = _entry(wired), first == "merge"
    assert _lines(wired.settings) == (["t-1", "t-2"] if merged else [])
    assert (entry.outcomes.loaded, entry.outcomes.cancelled) == ((2, 0) if merged else (0, 2))
    assert keys(wired.settings, "incoming/") == []


def test_a_cancellation_killed_around_any_write_completes(platforms: MotoPlatforms) -> None:
    def given(settings: Settings) -> Wiring:
        wired = Wiring(settings, Clock())
        _bring(wired, 1, 2)
        _bring(wired, 2, 3, origin="batch-2")
        _cancel(wired)
        return wired

    with platforms.fresh() as settings:
        wired = given(settings)
        writes = platforms.fault_injector.count(lambda: merge_all(wired))
        expected = dump_state(settings)
    assert expected.incoming == []

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = given(settings)

            with platforms.fault_injector.killing(step, moment):
                wired.merger.merge(waiting(settings), has_time=lambda: True)
            merge_all(wired)

            assert dump_state(settings) == expected, f"killed {moment} write {step} of {writes}"


class _NoCommits:
    """Tables of a merger that dies before it commits to a base table."""

    def __init__(self, tables: TableStore) -> None:
        self._tables = tables

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tables, name)

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        if table.name in BASE_TABLES:
            raise Crash(table.name)
        return self._tables.commit(table, parent, change)


def test_products_cancelled_after_a_crash_before_the_commit_have_no_costs(wired: Wiring) -> None:
    rows = [good(DataType.PRODUCTS, cost=3)]
    wired.loader.load(delivery(DataType.PRODUCTS, rows, origin="batch-1"))
    dying: Any = _NoCommits(wired.lake_tables)
    with pytest.raises(Crash):
        replace(wired.merger.cycle, tables=dying).run(DataType.PRODUCTS, wired.table_states.get(DataType.PRODUCTS))
    wired.lake.put(cancellation_key(DataType.PRODUCTS, "batch-1"), b"")

    merge_all(wired)

    assert table_rows(wired.settings, "product_versions") == table_rows(wired.settings, "product_costs") == []
    assert wired.lake_tables.head(PRODUCT_COSTS).rows == 0
