"""However readers, merges and deaths take turns: no answer is older than the last merge before it was asked for."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared.athena.result_cache import RESULT_CACHE_TABLE, ResultCache
from shared.athena.sql import Statement
from shared.lake.catalog.versions import VERSIONS_TABLE, TableVersions
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.interleaving import InterleavedRuns
from tests.fakes.serialized_calls import atomic_dynamodb
from tests.tiers import examples

WHOLE: TypeAdapter[int] = TypeAdapter(int)
IMPATIENT = Timeout(seconds=0.2, first_wait=0.001, longest_wait=0.005)
READERS, MERGES, CALLS = 3, 2, 40


@dataclass
class Shop:
    """One number in a lake, what has been merged into it, and everybody who reads or merges."""

    cache: ResultCache
    versions: TableVersions
    stage: InterleavedRuns
    table: str = field(default_factory=lambda: str(uuid4()))
    in_lake: int = 0
    merged: int = 0
    told: list[tuple[int, int, bool]] = field(default_factory=list)
    """The result of each reader, and what had been merged when it asked."""

    def read(self) -> None:
        """Ask for the number."""
        self.stage.call()
        merged_before = self.merged
        try:
            number, hit = self.cache.get_or_compute(
                Statement("SELECT n FROM ?", (self.table,)), [self.table], WHOLE, self._query
            )
        except Unavailable:
            return
        self.told.append((number, merged_before, hit))

    def merge(self) -> None:
        """Replace the object, then raise the version, as the merger does."""
        self.stage.call()
        self.in_lake += 1
        number = self.in_lake
        self.versions.bump(self.table)
        self.merged = max(self.merged, number)

    def _query(self) -> int:
        self.stage.call()
        number = self.in_lake
        self.stage.call()
        return number


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
    versions = TableVersions(turns.client, aws.name_of(VERSIONS_TABLE))
    table = aws.name_of(RESULT_CACHE_TABLE)
    cache = ResultCache(turns.client, table, versions=versions, clock=clock, patience=IMPATIENT)
    return Shop(cache, versions, turns.stage)


@given(order=st.randoms(use_true_random=False), deaths=st.lists(st.integers(0, CALLS), max_size=3))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_calls_gives_a_stale_result(
    aws: Settings, clock: Clock, turns: Turns, order: Any, deaths: list[int]
) -> None:
    shop = opened(aws, clock, turns)

    shop.stage.play([shop.read] * READERS + [shop.merge] * MERGES, order.randrange, deaths)

    assert all(number >= merged for number, merged, _ in shop.told)
    clock.pass_by(timedelta(minutes=1))
    shop.told.clear()
    shop.read()
    shop.read()
    [first, second] = shop.told
    assert first[0] >= shop.merged
    assert second == (first[0], shop.merged, True)
