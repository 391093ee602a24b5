"""A record moved between days is in one of them, after any merges, in any order, with crashes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared.lake.partition import merge_partition

from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import (
    IngestMetadata,
    arrow_schema,
    read_parquet,
    split_by_day,
    to_table,
    write_parquet,
)
from shared.lake.storage.object_store import LakeStore
from shared.lake.storage.paths import IncomingKey, PartitionId
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from shared.runtime.errors import Unavailable
from tests.fakes.interleaving import InterleavedRuns, StagedLake
from tests.fakes.records import NOW, good
from tests.tiers import examples

DAYS = ("2025-02-25", "2025-02-26", "2025-02-27")
_TIMES = ("2025-02-27T10:00:00Z", "2025-02-27T11:00:00Z")
_MOST_ROUNDS = 12


@dataclass(frozen=True)
class Sent:
    """A delivery: its rows, when it arrived (in hours), and its name."""

    data_type: DataType
    rows: Sequence[Mapping[str, Any]]
    hour: int
    name: str

    @property
    def table(self) -> pa.Table:
        """The rows as the loader makes them."""
        rows = validate(self.data_type, self.rows, form=Form.TYPED, at=NOW).rows
        at = NOW - timedelta(hours=10 - self.hour)
        return to_table(
            self.data_type,
            rows,
            IngestMetadata(source_id="shop", ingested_at=at, origin=self.name, reporting_currency="EUR"),
        )

    def put(self, lake: LakeStore) -> None:
        """Let it wait for its merges."""
        for day, rows in split_by_day(self.data_type, self.table):
            lake.put(PartitionId(self.data_type, day).incoming_key(self.name), write_parquet(rows))


ROWS = {
    DataType.EVENTS: st.builds(
        lambda key, day, kind: good(DataType.EVENTS, event_id=key, timestamp=f"{day}T09:00:00Z", event_type=kind),
        st.sampled_from("xy"),
        st.sampled_from(DAYS),
        st.sampled_from(["search", "purchase"]),
    ),
    DataType.ORDERS: st.builds(
        lambda key, day, status, updated: good(
            DataType.ORDERS, order_id=key, timestamp=f"{day}T09:00:00Z", status=status, updated_at=updated
        ),
        st.sampled_from("xy"),
        st.sampled_from(DAYS),
        st.sampled_from(["paid", "shipped"]),
        st.sampled_from(_TIMES),
    ),
}


def _deliveries(data_type: DataType) -> st.SearchStrategy[list[Sent]]:
    return st.lists(
        st.tuples(st.lists(ROWS[data_type], min_size=1, max_size=3), st.integers(0, 2)), min_size=2, max_size=5
    ).map(lambda many: [Sent(data_type, rows, hour, f"batch-{place}") for place, (rows, hour) in enumerate(many)])


def _merge(lake: LakeStore, index: KeyIndex, partition: PartitionId) -> None:
    """Merge a partition as the merger does, without notifying other partitions."""
    try:
        done = merge_partition(lake, index, partition)
    except Unavailable:
        return  # the message comes again
    if done is not None:
        lake.delete(done.consumed)


def _waiting(lake: LakeStore) -> list[PartitionId]:
    named = (IncomingKey.parse(name.key) for name in lake.names("incoming/"))
    return sorted({each.partition for each in named if each is not None})


def _settle_down(lake: LakeStore) -> None:
    index = KeyIndex(lake)
    for _ in range(_MOST_ROUNDS):
        for partition in _waiting(lake):
            _merge(lake, index, partition)
    assert _waiting(lake) == []


def _held(lake: LakeStore, data_type: DataType) -> list[dict[str, Any]]:
    """Every row of every base."""
    found = (lake.get(PartitionId(data_type, day).base_key) for day in DAYS)
    tables = [read_parquet(each.body, arrow_schema(data_type)) for each in found if each is not None]
    return sorted((row for table in tables for row in table.to_pylist()), key=repr)


def _expected(deliveries: Sequence[Sent]) -> list[dict[str, Any]]:
    """Of each key the highest version; of equal ones the last to arrive, then by name, then the later day and line."""
    stands: dict[str, tuple[Any, dict[str, Any]]] = {}
    for sent in deliveries:
        schema = SCHEMAS[sent.data_type]
        for place, row in enumerate(sent.table.to_pylist()):
            rank = (row[schema.version], row["ingested_at"], row["_origin"], row["timestamp"].date(), place)
            key = row[schema.key[0]]
            if key not in stands or rank > stands[key][0]:
                stands[key] = (rank, row)
    return sorted((row for _, row in stands.values()), key=repr)


@pytest.mark.parametrize("data_type", ROWS)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_the_merged_rows_depend_only_on_the_delivered_rows(data_type: DataType, data: st.DataObject) -> None:
    deliveries = data.draw(_deliveries(data_type))
    lake = StagedLake(InterleavedRuns())
    index = KeyIndex(lake)

    for sent in data.draw(st.permutations(deliveries)):
        sent.put(lake)
        for partition in data.draw(st.permutations(_waiting(lake))):
            if data.draw(st.booleans()):
                _merge(lake, index, partition)
    _settle_down(lake)

    assert _held(lake, data_type) == _expected(deliveries)


@pytest.mark.parametrize("data_type", ROWS)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_concurrent_and_killed_merges_leave_each_record_in_one_day(data_type: DataType, data: st.DataObject) -> None:
    deliveries, stage = data.draw(_deliveries(data_type)), InterleavedRuns()
    lake = StagedLake(stage)
    shared_index = KeyIndex(lake)
    numbers = st.integers(0, 10**6)

    first, last = deliveries[::2], deliveries[1::2]
    for some in (first, last):
        for sent in some:
            sent.put(lake)
        wanted = data.draw(st.lists(st.sampled_from(_waiting(lake)), min_size=1, max_size=4))
        indexes = [data.draw(st.sampled_from([shared_index, KeyIndex(lake)])) for _ in wanted]
        runs = [partial(_merge, lake, index, each) for each, index in zip(wanted, indexes, strict=True)]
        deaths = data.draw(st.lists(st.integers(0, 60), max_size=2))
        stage.play(runs, lambda many: data.draw(numbers) % many, deaths)
        if some is last or data.draw(st.booleans()):
            _settle_down(lake)

    assert _held(lake, data_type) == _expected(deliveries)
