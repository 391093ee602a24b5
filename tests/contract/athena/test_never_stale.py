"""However readers, commits and deaths take turns: an answer has every commit published before it was asked for."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared.athena.pinned_queries import Dependency, LakeQuery, PinnedQueries, PinnedResult
from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache
from shared.athena.sql import Statement, sql, table
from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.interleaving import InterleavedRuns
from tests.fakes.serialized_calls import atomic_dynamodb
from tests.tiers import examples

WHOLE: TypeAdapter[PinnedResult[int]] = TypeAdapter(PinnedResult[int])
IMPATIENT = Timeout(seconds=0.2, first_wait=0.001, longest_wait=0.005)
DAY = "2025-01-01"
READERS, COMMITS, CALLS = 3, 2, 40


def number_at(snapshot: int) -> int:
    """The number in the table at a snapshot."""
    return snapshot * 10


@dataclass
class Shop:
    """A table with one number, and everybody who reads or commits."""

    cache: ResultCache
    states: TableStates
    stage: InterleavedRuns
    table: str = field(default_factory=lambda: f"t_{uuid4().hex}")
    committed: int = 0
    published: int = 0
    told: list[tuple[int, int, bool]] = field(default_factory=list)
    """The snapshot of each answer, the last one published when it was asked for, and whether it was cached."""

    def read(self) -> None:
        """Ask for the number."""
        self.stage.call()
        published_before = self.published
        statement = sql("SELECT n FROM {numbers}", numbers=table(self.table))
        depends_on = [Dependency(self.table, DAY, DAY)]
        query = LakeQuery(
            statement=statement, identity=statement, depends_on=depends_on, form=WHOLE, parse=lambda rows: rows[0]["n"]
        )
        queries = PinnedQueries(self._run, self.cache, self.states)
        try:
            answer, hit = queries.answer(query, queries.view([self.table]))
        except Unavailable:
            return
        snapshot = answer.snapshots.get(self.table, 0)
        assert answer.result == number_at(snapshot)
        self.told.append((snapshot, published_before, hit))

    def commit(self) -> None:
        """Commit a snapshot, then publish it."""
        self.stage.call()
        self.committed += 1
        snapshot = self.committed
        self.states.update(self.table, lambda state: state.with_commit(snapshot, snapshot, [DAY]))
        self.published = max(self.published, snapshot)

    def _run(self, statement: Statement) -> list[dict[str, Any]]:
        self.stage.call()
        version = re.search(r"FOR VERSION AS OF (\d+)", statement.text)
        return [{"n": number_at(int(version[1]) if version else 0)}]


@dataclass
class Turns:
    """A client, each of whose calls waits for its turn on the stage of the day."""

    stage: InterleavedRuns = field(default_factory=InterleavedRuns)
    client: Any = field(default_factory=atomic_dynamodb)

    def __post_init__(self) -> None:
        self.client.meta.events.register_first("before-call", lambda **_: self.stage.call())


@pytest.fixture
def turns(aws: Settings) -> Turns:  # noqa: ARG001 # moto must be there first
    return Turns()


def opened(aws: Settings, clock: Clock, turns: Turns) -> Shop:
    turns.stage = InterleavedRuns()
    states = TableStates(turns.client, aws.name_of(TABLE_STATES))
    cache = ResultCache(turns.client, aws.name_of(RESULT_CACHE_TABLE), clock=clock, patience=IMPATIENT)
    return Shop(cache, states, turns.stage)


@given(order=st.randoms(use_true_random=False), deaths=st.lists(st.integers(0, CALLS), max_size=3))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_calls_gives_a_stale_result(
    aws: Settings, clock: Clock, turns: Turns, order: Any, deaths: list[int]
) -> None:
    shop = opened(aws, clock, turns)

    shop.stage.play([shop.read] * READERS + [shop.commit] * COMMITS, order.randrange, deaths)

    assert all(snapshot >= published for snapshot, published, _ in shop.told)
    clock.pass_by(timedelta(minutes=1))
    shop.told.clear()
    shop.read()
    shop.read()
    [first, second] = shop.told
    assert first[0] >= shop.published
    assert second == (first[0], shop.published, True)
