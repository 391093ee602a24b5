"""A record is there once, on one day, after any merges, in any order, with races and crashes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.cycle import MergeCycle
from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.receipt import ObjectReceipt
from shared.lake.parquet.columns import IngestMetadata, arrow_schema, to_table, write_parquet
from shared.lake.storage.paths import incoming_key
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from shared.runtime.errors import Unavailable
from tests.fakes.interleaving import InterleavedRuns, StagedLake, StagedTables
from tests.fakes.records import NOW, good
from tests.tiers import examples

DAYS = ("2025-02-25", "2025-02-26", "2025-02-27")
_TIMES = ("2025-02-27T10:00:00Z", "2025-02-27T11:00:00Z")
_MOST_ROUNDS = 3


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
            IngestMetadata(
                source_id=f"shop-{int(self.name[-1]) % 2}", ingested_at=at, origin=self.name, reporting_currency="EUR"
            ),
        )


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


@dataclass
class Platform:
    """What mergers share: incoming objects, a table, and the ledger with the outcomes of each object."""

    data_type: DataType
    lake: StagedLake
    tables: StagedTables
    ledger: dict[str, ObjectReceipt] = field(default_factory=dict)
    entries: dict[str, LedgerEntry] = field(default_factory=dict)
    state: TableState = field(default_factory=lambda: TableState(name="base"))

    @classmethod
    def on(cls, stage: InterleavedRuns, data_type: DataType) -> "Platform":
        """Make an empty one."""
        return cls(data_type, StagedLake(stage), StagedTables(stage))

    def put(self, sent: Sent) -> None:
        """Let a delivery wait for its merge."""
        self.lake.put(incoming_key(self.data_type, sent.name), write_parquet(sent.table))

    def merge(self, index: KeyIndex) -> None:
        """Merge and publish as the merger does."""
        cycle = MergeCycle(lake=self.lake, tables=self.tables, index=index)
        try:
            done = cycle.run(self.data_type, self.state)
        except Unavailable:
            return  # the message comes again
        if done is not None:
            self.state = self.state.with_commit(done.snapshot.id or 0, done.snapshot.sequence, done.days)
            for key, receipt in done.merged.items():
                assert self.ledger.setdefault(key, receipt).outcomes == receipt.outcomes
            for delivery_id, rows in done.superseded.items():
                entry = self.entries.get(delivery_id) or _entry(self.data_type, delivery_id)
                self.entries[delivery_id] = entry.with_superseded(self.data_type, rows)
            self.lake.delete(done.consumed)

    def settle_down(self) -> None:
        """Merge until nothing waits."""
        for _ in range(_MOST_ROUNDS):
            self.merge(KeyIndex(self.tables))
        assert list(self.lake.names("incoming/")) == []

    def rows(self) -> list[dict[str, Any]]:
        """Every row that readers see."""
        table, columns = BASE_TABLES[self.data_type], arrow_schema(self.data_type).names
        snapshot = self.tables.snapshot(table, self.state.snapshot or 0)
        return sorted(self.tables.rows(table, snapshot, columns).select(columns).to_pylist(), key=repr)

    def assert_exact(self, deliveries: Sequence[Sent]) -> None:
        """No row is lost or there twice, each has one outcome, and the published state is that of the table."""
        rows = self.rows()
        assert rows == _expected(deliveries)
        assert self.state.snapshot == self.tables.head(BASE_TABLES[self.data_type]).id
        assert {f"{row['timestamp']:%Y-%m-%d}" for row in rows} <= self.state.days.keys()
        sizes = {incoming_key(self.data_type, sent.name): len(sent.table) for sent in deliveries}
        assert {key: sum(receipt.outcomes.values()) for key, receipt in self.ledger.items()} == sizes
        assert self._versions() - self._superseded() == len(rows)

    def _versions(self) -> int:
        """The number of delivered rows that are no copies."""
        outcomes = sum((Counter(each.outcomes) for each in self.ledger.values()), Counter[str]())
        return outcomes.total() - outcomes["duplicate"]

    def _superseded(self) -> int:
        """The number of rows that are not current."""
        at_once = sum(each.outcomes.get("superseded", 0) + each.also_superseded for each in self.ledger.values())
        return at_once + sum(each.replaced for each in self.entries.values())


def _entry(data_type: DataType, delivery_id: str) -> LedgerEntry:
    return LedgerEntry(
        delivery_id=delivery_id,
        kind=DeliveryKind.BATCH,
        source_id="web-shop",
        data_type=data_type,
        received_at=NOW,
        received=1,
    )


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
    platform = Platform.on(InterleavedRuns(), data_type)
    index = KeyIndex(platform.tables)

    for sent in data.draw(st.permutations(deliveries)):
        platform.put(sent)
        if data.draw(st.booleans()):
            platform.merge(index)
    platform.settle_down()

    platform.assert_exact(deliveries)


@pytest.mark.parametrize("data_type", ROWS)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_concurrent_and_killed_merges_lose_and_double_nothing(data_type: DataType, data: st.DataObject) -> None:
    deliveries, stage = data.draw(_deliveries(data_type)), InterleavedRuns()
    platform = Platform.on(stage, data_type)
    shared_index = KeyIndex(platform.tables)
    numbers = st.integers(0, 10**6)

    first, last = deliveries[::2], deliveries[1::2]
    for some in (first, last):
        for sent in some:
            platform.put(sent)
        indexes = [data.draw(st.sampled_from([shared_index, KeyIndex(platform.tables)])) for _ in range(4)]
        runs = [partial(platform.merge, index) for index in indexes[: data.draw(st.integers(2, 4))]]
        deaths = data.draw(st.lists(st.integers(0, 40), max_size=3))
        stage.play(runs, lambda many: data.draw(numbers) % many, deaths)
        if some is last or data.draw(st.booleans()):
            platform.settle_down()

    platform.assert_exact(deliveries)
