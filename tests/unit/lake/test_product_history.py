"""Product costs follow from every version ever merged, after any merges and crashes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count, pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, PRODUCT_VERSIONS
from shared.lake.catalog.table import LakeTable
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.rollups.product_history import ProductHistory
from shared.lake.rollups.products import OPEN_END
from shared.lake.rollups.schema import schema_of
from shared.lake.table.port import TableChange, TableSnapshot
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from shared.runtime.errors import Unavailable
from tests.fakes.interleaving import InterleavedRuns
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.records import NOW, good
from tests.tiers import examples

Row = dict[str, Any]
_TIMES = (None, "2025-02-26T00:00:00Z", "2025-02-26T10:00:00Z", "2025-02-26T11:00:00Z", "2025-02-27T10:00:00Z")
_RUNS = settings(max_examples=examples(60), deadline=None)


@dataclass(frozen=True)
class Sent:
    """A delivery of products: its rows, when it arrived (in hours), and its name."""

    rows: Sequence[Mapping[str, Any]]
    hour: int
    name: str

    @property
    def table(self) -> pa.Table:
        """The rows as the loader makes them."""
        checked = validate(DataType.PRODUCTS, self.rows, form=Form.TYPED, at=NOW)
        assert checked.errors == []
        at = NOW - timedelta(hours=10 - self.hour)
        stamp = IngestMetadata(source_id="shop", ingested_at=at, origin=self.name, reporting_currency="EUR")
        return to_table(DataType.PRODUCTS, checked.rows, stamp)


class StagedTables:
    """Tables in memory, the calls to which wait for their turn on a stage.

    `before_commit` has what is called, once, before the next commit to a table.
    """

    def __init__(self, stage: InterleavedRuns | None = None) -> None:
        self._tables = MemoryTables()
        self._stage = stage or InterleavedRuns()
        self.before_commit: dict[str, Callable[[], object]] = {}
        self.commits = 0

    def head(self, table: LakeTable) -> TableSnapshot:
        """Return the current snapshot, at its turn."""
        self._stage.call()
        return self._tables.head(table)

    def rows(self, table: LakeTable, snapshot: TableSnapshot, columns: Sequence[str]) -> pa.Table:
        """Read rows at its turn, the last first: a table has no order."""
        self._stage.call()
        rows = self._tables.rows(table, snapshot, columns)
        return rows.take(pa.array(range(len(rows))[::-1], pa.int64()))

    def commit(self, table: LakeTable, parent: TableSnapshot, change: TableChange) -> TableSnapshot:
        """Replace a snapshot by its successor, at its turn."""
        self._stage.call()
        self.before_commit.pop(table.name, lambda: None)()
        made = self._tables.commit(table, parent, change)
        self.commits += 1
        return made

    def stored(self, table: LakeTable) -> list[Row]:
        """Return the rows of the head, as they were written."""
        names = schema_of(table).names
        rows: list[Row] = self._tables.rows(table, self._tables.head(table), names).select(names).to_pylist()
        return rows


def _history(tables: StagedTables) -> ProductHistory:
    return ProductHistory(tables)  # type: ignore[arg-type] # all that a history calls


_ROWS = st.builds(
    lambda product, name, cost, currency, updated: good(
        DataType.PRODUCTS, product_id=product, name=name, cost=cost, currency=currency, updated_at=updated
    ),
    st.sampled_from("ab"),
    st.sampled_from(["Mug", "Cup"]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(["EUR", "USD"]),
    st.sampled_from(_TIMES),
)
_DELIVERIES = st.lists(
    st.tuples(st.lists(_ROWS, min_size=1, max_size=4), st.integers(0, 2)), min_size=2, max_size=6
).map(lambda many: [Sent(rows, hour, f"batch-{place}") for place, (rows, hour) in enumerate(many)])


def _versions(deliveries: Sequence[Sent]) -> list[Row]:
    """The value of each product and time in the last line of the last delivery."""
    stands: dict[tuple[str, datetime], tuple[Any, Row]] = {}
    for sent in deliveries:
        for place, row in enumerate(sent.table.to_pylist()):
            rank, key = (row["ingested_at"], row["_origin"], place), (row["product_id"], row["updated_at"])
            if key not in stands or rank > stands[key][0]:
                stands[key] = (rank, row)
    return [row for _, (_, row) in sorted(stands.items())]


def _costs(versions: Sequence[Row]) -> list[Row]:
    """One row for as long as cost and currency stay."""
    costs: list[Row] = []
    for row in versions:
        says = {name: row[name] for name in ("cost", "currency")}
        new = {"product_id": row["product_id"], "valid_from": row["updated_at"], "valid_before": OPEN_END, **says}
        names = {name: row[name] for name in ("category", "name")}
        last = costs[-1] if costs and costs[-1]["product_id"] == row["product_id"] else None
        if last is not None and says.items() <= last.items():
            last.update(names)
            continue
        if last is not None:
            last["valid_before"] = row["updated_at"]
        costs.append({**new, **names})
    return costs


def _days(costs: Sequence[Row]) -> set[str]:
    moments = {row["valid_from"] for row in costs}
    return {f"{moment:%Y-%m-%d}" for moment in moments if f"{moment:%H%M%S%f}".strip("0")}


def _append(tables: StagedTables, deliveries: Sequence[Sent]) -> None:
    """Add deliveries as the merge does: a run that fails is repeated by the next one."""
    try:
        _history(tables).append([sent.table for sent in deliveries])
    except Unavailable:
        return


def _assert_history(tables: StagedTables, deliveries: Sequence[Sent]) -> None:
    """Repeat the last run, after which the history is that of all deliveries."""
    state = _history(tables).append([])

    versions = _versions(deliveries)
    columns = schema_of(PRODUCT_VERSIONS).names
    assert tables.stored(PRODUCT_VERSIONS) == [{name: row[name] for name in columns} for row in versions]
    assert tables.stored(PRODUCT_COSTS) == _costs(versions)
    assert set(state.cost_days) == _days(_costs(versions))
    assert state.snapshots == {table.name: tables.head(table).id for table in (PRODUCT_VERSIONS, PRODUCT_COSTS)}


@_RUNS
@given(data=st.data())
def test_costs_depend_only_on_the_merged_rows(data: st.DataObject) -> None:
    deliveries, tables = data.draw(_DELIVERIES), StagedTables()

    again = data.draw(st.lists(st.sampled_from(deliveries), max_size=2))
    waiting = list[Sent]()
    for sent in data.draw(st.permutations([*deliveries, *again])):
        waiting.append(sent)
        if data.draw(st.booleans()):
            _append(tables, waiting)
            waiting.clear()
    _append(tables, waiting)

    _assert_history(tables, deliveries)


@_RUNS
@given(data=st.data())
def test_concurrent_and_killed_runs_lose_no_version(data: st.DataObject) -> None:
    deliveries, stage = data.draw(_DELIVERIES), InterleavedRuns()
    tables, numbers = StagedTables(stage), st.integers(0, 10**6)
    parts = [deliveries[::2], deliveries[1::2], deliveries]
    deaths = data.draw(st.lists(st.integers(0, 20), max_size=2))

    stage.play([partial(_append, tables, part) for part in parts], lambda many: data.draw(numbers) % many, deaths)
    for part in parts:  # whatever waits is added again
        _append(tables, part)

    _assert_history(tables, deliveries)


@pytest.mark.parametrize("call", range(8))
def test_a_run_that_ends_at_any_call_is_completed_by_the_next(call: int) -> None:
    stage = InterleavedRuns()
    tables = StagedTables(stage)
    dated = [good(DataType.PRODUCTS, cost=cost, updated_at=at) for cost, at in enumerate(_TIMES[2:])]
    deliveries = [Sent(dated[::-1], 1, "batch-1"), Sent([{**dated[0], "cost": 7}], 2, "batch-2")]
    _append(tables, deliveries[:1])

    stage.play([partial(_append, tables, deliveries)], lambda _: 0, [call])
    _append(tables, deliveries)

    _assert_history(tables, deliveries)


@pytest.mark.parametrize("table", [PRODUCT_VERSIONS, PRODUCT_COSTS], ids=lambda table: table.name)
def test_a_run_overtaken_before_a_commit_loses_no_version_of_the_other(table: LakeTable) -> None:
    tables = StagedTables()
    old, older, new = (
        good(DataType.PRODUCTS, cost=cost, updated_at=at)
        for cost, at in ((2, _TIMES[3]), (1, _TIMES[2]), (3, _TIMES[4]))
    )
    deliveries = [Sent([old, new], 1, "batch-1"), Sent([older], 2, "batch-2")]
    tables.before_commit[table.name] = lambda: _append(tables, deliveries[1:])

    _append(tables, deliveries[:1])

    _assert_history(tables, deliveries)


def test_the_returned_snapshots_agree_when_another_run_adds_versions_in_between() -> None:
    tables = StagedTables()
    first, second = (
        Sent([good(DataType.PRODUCTS, cost=cost, updated_at=at)], cost, f"batch-{cost}")
        for cost, at in ((1, _TIMES[2]), (2, _TIMES[3]))
    )
    tables.before_commit[PRODUCT_COSTS.name] = lambda: _append(tables, [second])

    state = _history(tables).append([first.table])

    assert state.snapshots == {table.name: tables.head(table).id for table in (PRODUCT_VERSIONS, PRODUCT_COSTS)}
    assert len(tables.stored(PRODUCT_COSTS)) == 2


def test_a_history_that_others_keep_changing_is_unavailable() -> None:
    tables = StagedTables()
    deliveries = (Sent([good(DataType.PRODUCTS, product_id=f"p-{n}")], 1, f"batch-{n}") for n in count())

    def overtake() -> None:
        history.append([next(deliveries).table])
        tables.before_commit[PRODUCT_VERSIONS.name] = overtake

    history = _history(tables)
    tables.before_commit[PRODUCT_VERSIONS.name] = overtake

    with pytest.raises(Unavailable):
        history.append([next(deliveries).table])


def test_known_versions_are_not_written_again() -> None:
    tables = StagedTables()
    table = Sent([good(DataType.PRODUCTS, cost=2, updated_at=_TIMES[2])], 1, "batch-1").table
    before = _history(tables).append([table])

    again = _history(tables).append([table, table])

    assert again == before
    assert tables.commits == 2


def test_a_lake_without_products_has_no_history() -> None:
    state = _history(StagedTables()).append([])

    assert (state.snapshots, state.cost_days) == ({}, ())


def test_costs_of_a_product_are_contiguous() -> None:
    tables = StagedTables()
    costs = [(1, _TIMES[1]), (2, _TIMES[2]), (2, _TIMES[3]), (1, _TIMES[4])]
    rows = [good(DataType.PRODUCTS, cost=cost, updated_at=at) for cost, at in costs]

    state = _history(tables).append([Sent(rows, 1, "batch-1").table])

    told = tables.stored(PRODUCT_COSTS)
    assert [int(row["cost"]) for row in told] == [1, 2, 1]
    assert all(row["valid_before"] == after["valid_from"] for row, after in pairwise(told))
    assert state.cost_days == ("2025-02-26", "2025-02-27")
