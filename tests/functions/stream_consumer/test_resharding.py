"""Shards are split and merged under load: each record is counted once, and the last of each key is current."""

import base64
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.event_source import EventSource
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import AT, NOW, good
from tests.fakes.state_dump import dump_state, merge_all, table_rows
from tests.tiers import examples

KEYS = 12


class Flow:
    """A producer, a stream and a consumer that may fail before or after it has done its work."""

    def __init__(self, wired: Wiring, seed: int) -> None:
        self.source, self.last, self.sent = EventSource(2), dict[str, str](), 0
        self._wired, self._at = wired, NOW
        self._chance = random.Random(seed)  # noqa: S311 # any order, no secret

    def put(self) -> None:
        """Send some versions of some keys, several of them at one moment."""
        for _ in range(self._chance.randint(1, 8)):
            key, content = f"e-{self._chance.randrange(KEYS)}", f"{self.sent}"
            data = good(DataType.EVENTS, event_id=key, device=content)
            envelope = {"source_id": "web-shop", "data_type": "events", "timestamp": AT, "data": data}
            self.source.put(key, base64.b64encode(orjson.dumps(envelope)).decode(), self._at.timestamp())
            self.last[key] = content
            self.sent += 1
        self._at += timedelta(milliseconds=self._chance.randint(0, 1))

    def split(self) -> None:
        self.source.split(self._chance.choice(self.source.open))

    def merge(self) -> None:
        if len(self.source.open) > 1:
            place = self._chance.randrange(len(self.source.open) - 1)
            self.source.merge(*self.source.open[place : place + 2])

    def take(self) -> None:
        self.source.deliver(self._chance.randint(1, 10), self._consume)

    def merge_lake(self) -> None:
        merge_all(self._wired)

    def _consume(self, run: list[dict[str, Any]]) -> None:
        fate = self._chance.random()
        if fate < 0.1:
            raise ConnectionError("before it began")
        consume_batch(run, self._wired.loader)
        if fate > 0.9:
            raise ConnectionError("when it had written all")


STEPS: dict[str, Callable[[Flow], None]] = {
    "put": Flow.put,
    "put more": Flow.put,
    "take": Flow.take,
    "take more": Flow.take,
    "split": Flow.split,
    "merge": Flow.merge,
    "merge the lake": Flow.merge_lake,
}


def _settled(wired: Wiring, flow: Flow) -> None:
    while flow.source.has_more:
        flow.take()
    flow.merge_lake()
    rows = table_rows(wired.settings, "events")
    assert {row["event_id"]: row["device"] for row in rows} == flow.last
    assert len(rows) == len(flow.last)
    totals = [source for source in dump_state(wired.settings).sources if source["source_id"] == "web-shop"]
    assert sum(int(each["received"]) for each in totals) == flow.sent
    assert sum(int(each["loaded"]) + int(each["conflict"]) for each in totals) == flow.sent
    assert all(int(each["duplicate"]) == int(each["quarantined"]) == 0 for each in totals)


def test_a_shard_split_and_merged_again_loses_nothing(wired: Wiring) -> None:
    flow = Flow(wired, seed=1)

    for step in (
        "put",
        "put",
        "split",
        "put",
        "take",
        "merge",
        "put",
        "merge the lake",
        "split",
        "put",
        "merge",
        "put",
    ):
        STEPS[step](flow)

    assert len(flow.source.shards) > len(flow.source.open)
    _settled(wired, flow)


def test_child_shards_wait_for_the_end_of_their_parents() -> None:
    source, taken = EventSource(1), list[str]()
    source.put("key", "MQ==", 0)
    source.put("key", "Mg==", 0)
    source.split(source.open[0])
    source.put("key", "Mw==", 0)

    while source.has_more:
        source.deliver(1, lambda run: taken.extend(record["kinesis"]["data"] for record in run))

    assert taken == ["MQ==", "Mg==", "Mw=="]


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=18), st.integers(0, 1000))
def test_any_splits_merges_and_retries_lose_nothing(platforms: MotoPlatforms, steps: list[str], seed: int) -> None:
    with platforms.fresh() as resources:
        wired = Wiring(resources, Clock())
        flow = Flow(wired, seed)
        flow.put()

        for step in steps:
            STEPS[step](flow)

        _settled(wired, flow)
