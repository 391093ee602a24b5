"""Answers at pinned snapshots: what they are cached by, and what a caller may choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pydantic import TypeAdapter

from shared.athena.pinned_queries import Dependency, LakeQuery, LakeView, PinnedQueries, PinnedResult
from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache
from shared.athena.sql import Statement, sql, table
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.lake.table.port import SnapshotExpired
from shared.runtime.errors import ExpiredSnapshot, Unavailable
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NUMBERS: TypeAdapter[PinnedResult[int]] = TypeAdapter(PinnedResult[int])
LARGE = 2**62


@dataclass
class Runs:
    """Runs statements by counting them; snapshots may be expired."""

    statements: list[str] = field(default_factory=list)
    expired: set[int] = field(default_factory=set)

    def __call__(self, statement: Statement) -> list[dict[str, Any]]:
        self.statements.append(statement.text)
        for each in self.expired:
            if f"OF {each}" in statement.text:
                raise SnapshotExpired(f"INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: {each}")
        return [{"n": len(self.statements)}]


@pytest.fixture
def dynamodb(aws: Settings) -> "DynamoDBClient":  # noqa: ARG001 # moto must be there first
    return boto3.client("dynamodb")


@pytest.fixture
def states(aws: Settings, dynamodb: "DynamoDBClient") -> TableStates:
    return TableStates(dynamodb, aws.name_of(TABLE_STATES))


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def queries(aws: Settings, dynamodb: "DynamoDBClient", states: TableStates, runs: Runs, clock: Clock) -> PinnedQueries:
    cache = ResultCache(dynamodb, aws.name_of(RESULT_CACHE_TABLE), clock=clock)
    return PinnedQueries(runs, cache, states)


SALES, RATES = Dependency("sales", "2025-01-10", "2025-02-10"), Dependency("rates")
CLEAN = sql("SELECT * FROM {rollup}, {rates}", rollup=table("sales_hourly"), rates=table("rates"))
DIRTY = sql("SELECT * FROM {sales}, {rates}", sales=table("sales"), rates=table("rates"))


def query(statement: Statement = CLEAN) -> LakeQuery[int]:
    return LakeQuery(
        statement=statement, identity=CLEAN, depends_on=[SALES, RATES], form=NUMBERS, parse=lambda rows: rows[0]["n"]
    )


def ask(
    queries: PinnedQueries, statement: Statement = CLEAN, chosen: Mapping[str, int] | None = None
) -> tuple[PinnedResult[int], bool]:
    return queries.answer(query(statement), queries.view(["sales", "rates"], chosen))


def commit(states: TableStates, name: str, snapshot: int, sequence: int, days: Sequence[str]) -> None:
    states.update(name, lambda state: state.with_commit(snapshot, sequence, days))


@pytest.fixture(autouse=True)
def loaded(states: TableStates) -> None:
    commit(states, "sales", LARGE, 1, ["2025-01-01", "2025-02-28", "2025-06-01"])
    states.update("sales", lambda state: state.with_derived({"sales_hourly": 90}, 1))
    commit(states, "rates", 80, 1, ["all"])


def test_every_table_is_read_at_its_published_snapshot(queries: PinnedQueries, runs: Runs) -> None:
    answer, _ = ask(queries)

    assert runs.statements == ["SELECT * FROM sales_hourly FOR VERSION AS OF 90, rates FOR VERSION AS OF 80"]
    assert answer.snapshots == {"sales": LARGE, "rates": 80}


def test_a_table_without_a_commit_is_read_as_it_is(queries: PinnedQueries, runs: Runs) -> None:
    statement = sql("SELECT * FROM {orders}", orders=table("orders"))

    answer, _ = queries.answer(
        LakeQuery(statement=statement, identity=statement, depends_on=[Dependency("orders")], form=NUMBERS, parse=len),
        queries.view(["orders"]),
    )

    assert runs.statements == ["SELECT * FROM orders"]
    assert answer.snapshots == {}


def test_a_commit_to_another_month_leaves_the_result_cached_under_the_new_snapshot(
    queries: PinnedQueries, states: TableStates
) -> None:
    first, _ = ask(queries)

    commit(states, "sales", 12, 2, ["2025-03-01", "2024-12-31"])

    again, hit = ask(queries)
    assert (again.result, hit) == (first.result, True)
    assert again.snapshots == {**first.snapshots, "sales": 12}


@pytest.mark.parametrize("day", ["2025-01-01", "2025-02-28", "2025-02-01"])
def test_a_commit_to_a_month_of_the_result_invalidates_it(
    queries: PinnedQueries, states: TableStates, day: str
) -> None:
    ask(queries)

    commit(states, "sales", 12, 2, [day])

    answer, hit = ask(queries)
    assert (answer.snapshots["sales"], hit) == (12, False)


def test_a_commit_to_a_reference_table_invalidates_the_result(queries: PinnedQueries, states: TableStates) -> None:
    ask(queries)

    commit(states, "rates", 81, 2, ["all"])

    assert ask(queries)[1] is False


def test_the_progress_of_roll_ups_leaves_the_result_cached(queries: PinnedQueries, states: TableStates) -> None:
    commit(states, "sales", 12, 2, ["2025-01-01"])
    first, _ = ask(queries, DIRTY)

    states.update("sales", lambda state: state.with_derived({"sales_hourly": 91}, 2))

    assert ask(queries, CLEAN) == (first, True)


def test_a_chosen_snapshot_is_read_and_the_others_are_current(queries: PinnedQueries, runs: Runs) -> None:
    answer, _ = ask(queries, DIRTY, {"sales": 5})

    assert runs.statements == ["SELECT * FROM sales FOR VERSION AS OF 5, rates FOR VERSION AS OF 80"]
    assert answer.snapshots == {"sales": 5, "rates": 80}


def test_a_result_at_chosen_snapshots_stays_cached_whatever_is_committed(
    queries: PinnedQueries, states: TableStates
) -> None:
    chosen = {"sales": 5, "rates": 80}
    first, _ = ask(queries, DIRTY, chosen)

    commit(states, "sales", 12, 2, ["2025-01-01"])
    commit(states, "rates", 81, 2, ["all"])

    assert ask(queries, DIRTY, chosen) == (first, True)
    assert ask(queries, DIRTY, {"sales": 6, "rates": 80})[1] is False


def test_an_expired_snapshot_is_refused_with_those_that_can_be_read(
    queries: PinnedQueries, states: TableStates, runs: Runs
) -> None:
    tags = {"2025-01-02": 3, "2025-01-01": 2}
    states.update("sales", lambda state: replace(state, tags=tags))
    runs.expired = {5}

    with pytest.raises(ExpiredSnapshot) as caught:
        ask(queries, DIRTY, {"sales": 5, "rates": 80})

    assert caught.value.details == {
        "tables": {
            "sales": {
                "snapshot": "5",
                "available": {"current": str(LARGE), "by_day": {"2025-01-01": "2", "2025-01-02": "3"}},
            }
        }
    }


def test_a_published_snapshot_that_expired_meanwhile_is_a_reason_to_retry(queries: PinnedQueries, runs: Runs) -> None:
    runs.expired = {90}

    with pytest.raises(Unavailable) as caught:
        ask(queries)

    assert caught.value.retry_after


def test_without_states_the_tables_are_read_as_they_are_and_nothing_is_cached(
    queries: PinnedQueries, aws: Settings, dynamodb: "DynamoDBClient", runs: Runs
) -> None:
    dynamodb.delete_table(TableName=aws.name_of(TABLE_STATES))

    answers = [ask(queries, DIRTY) for _ in range(2)]

    assert runs.statements == ["SELECT * FROM sales, rates"] * 2
    assert [(answer.snapshots, hit) for answer, hit in answers] == [({}, False)] * 2


@pytest.mark.parametrize(
    ("view", "uses_rollups"),
    [(LakeView(), True), (LakeView(None), False), (LakeView(chosen={"sales": 5}), False)],
)
def test_roll_ups_are_used_only_for_known_current_states(view: LakeView, uses_rollups: bool) -> None:
    assert view.uses_rollups is uses_rollups


def test_all_days_are_dirty_for_a_roll_up_that_was_never_computed() -> None:
    state = TableState(name="sales", days={"2025-01-02": 1, "2025-01-01": 2}, rolled_up=1, derived={"sales_hourly": 9})
    view = LakeView({"sales": state})

    assert view.dirty_days("sales", "sales_hourly") == {"2025-01-01": 0}
    assert view.dirty_days("sales", "sales_daily") == {"2025-01-01": 0, "2025-01-02": 0}
