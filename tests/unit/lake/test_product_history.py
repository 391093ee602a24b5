"""Product costs follow from every version ever merged, after any merges and crashes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import IngestMetadata, arrow_schema, read_parquet, to_table, write_parquet
from shared.lake.partition import merge_partition
from shared.lake.rollups.cost_days import cost_days
from shared.lake.rollups.product_history import append_versions
from shared.lake.rollups.products import OPEN_END
from shared.lake.storage.object_store import LakeStore, StoredObject
from shared.lake.storage.paths import INTRADAY_COST_CHANGES_KEY, UNPARTITIONED, PartitionId
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from shared.runtime.errors import Unavailable
from tests.fakes.interleaving import InterleavedRuns, StagedLake
from tests.fakes.memory_lake import MemoryLake
from tests.fakes.records import NOW, good
from tests.tiers import examples

Row = dict[str, Any]
PRODUCTS = PartitionId(DataType.PRODUCTS, UNPARTITIONED)
_TIMES = (None, "2025-02-26T00:00:00Z", "2025-02-26T10:00:00Z", "2025-02-26T11:00:00Z", "2025-02-27T10:00:00Z")
_RUNS = settings(max_examples=examples(60), deadline=None)


@dataclass(frozen=True)
class Sent:
    """A delivery of products: its rows, when it arrived (in hours), its name, and whether it is taken back."""

    rows: Sequence[Mapping[str, Any]]
    hour: int
    name: str
    is_cancelled: bool = False

    @property
    def table(self) -> pa.Table:
        """The rows as the loader makes them."""
        checked = validate(DataType.PRODUCTS, self.rows, form=Form.TYPED, at=NOW)
        assert checked.errors == []
        at = NOW - timedelta(hours=10 - self.hour)
        stamp = IngestMetadata(source_id="shop", ingested_at=at, origin=self.name, reporting_currency="EUR")
        return to_table(DataType.PRODUCTS, checked.rows, stamp)

    def put(self, lake: LakeStore) -> None:
        """Let it wait for its merge."""
        if self.is_cancelled:
            lake.put(PRODUCTS.cancellation_key(self.name), b"")
        lake.put(PRODUCTS.incoming_key(self.name), write_parquet(self.table))


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
    st.tuples(st.lists(_ROWS, min_size=1, max_size=4), st.integers(0, 2), st.sampled_from([False, False, True])),
    min_size=2,
    max_size=6,
).map(lambda many: [Sent(rows, hour, f"batch-{place}", gone) for place, (rows, hour, gone) in enumerate(many)])


def _merge(lake: LakeStore) -> None:
    """Merge as the merger does, without notifying other partitions."""
    try:
        done = merge_partition(lake, KeyIndex(lake), PRODUCTS)
    except Unavailable:
        return  # the message comes again
    if done is not None:
        lake.delete(done.consumed)


def _versions(deliveries: Sequence[Sent]) -> list[Row]:
    """The value of each product and time in the last line of the last delivery."""
    stands: dict[tuple[str, datetime], tuple[Any, Row]] = {}
    for sent in deliveries:
        for place, row in enumerate(sent.table.to_pylist()):
            rank, key = (row["ingested_at"], row["_origin"], place), (row["product_id"], row["updated_at"])
            if not sent.is_cancelled and (key not in stands or rank > stands[key][0]):
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


def _stored(lake: LakeStore, name: str) -> list[Row]:
    stored = lake.get(PRODUCTS.rollup_key(name))
    rows: list[Row] = [] if stored is None else pq.read_table(pa.BufferReader(stored.body)).to_pylist()
    return rows


def _assert_history(lake: LakeStore, deliveries: Sequence[Sent]) -> None:
    versions = _versions(deliveries)
    remembered = [
        {name: row[name] for name in version}
        for row, version in zip(versions, _stored(lake, "product_versions"), strict=True)
    ]
    assert _stored(lake, "product_versions") == remembered
    assert _stored(lake, "product_costs") == _costs(versions)
    _assert_no_day_is_missed(lake)


def _assert_no_day_is_missed(lake: LakeStore) -> None:
    """No cost may change within a day that is not listed."""
    assert _days(_stored(lake, "product_costs")) <= set(cost_days(lake))


@_RUNS
@given(data=st.data())
def test_costs_depend_only_on_the_merged_rows(data: st.DataObject) -> None:
    deliveries = data.draw(_DELIVERIES)
    lake = StagedLake(InterleavedRuns())

    again = data.draw(st.lists(st.sampled_from(deliveries), max_size=2))
    for sent in data.draw(st.permutations([*deliveries, *again])):
        sent.put(lake)
        if data.draw(st.booleans()):
            _merge(lake)
    _merge(lake)

    _assert_history(lake, deliveries)


@_RUNS
@given(data=st.data())
def test_concurrent_and_killed_merges_lose_no_version_or_day(data: st.DataObject) -> None:
    deliveries, stage = data.draw(_DELIVERIES), InterleavedRuns()
    lake, numbers = StagedLake(stage), st.integers(0, 10**6)

    def choose(many: int) -> int:
        _assert_no_day_is_missed(lake)
        return data.draw(numbers) % many

    arrived = list[Sent]()

    def arrive(sent: Sent) -> None:
        sent.put(lake)
        arrived.append(sent)

    arrive(deliveries[0])
    arriving = [partial(arrive, sent) for sent in deliveries[1:]]
    deaths = data.draw(st.lists(st.integers(0, 60), max_size=2))
    stage.play([*arriving, *([partial(_merge, lake)] * data.draw(st.integers(1, 4)))], choose, deaths)
    for sent in deliveries:
        if sent not in arrived:  # whoever died at it comes again
            sent.put(lake)
    _merge(lake)

    _assert_history(lake, deliveries)
    assert [name.key for name in lake.names("incoming/") if name.key.endswith(".parquet")] == []


@pytest.mark.parametrize("call", range(16))
def test_a_superseded_version_is_kept_after_a_kill_at_any_write(call: int) -> None:
    stage = InterleavedRuns()
    lake = StagedLake(stage)
    dated = [good(DataType.PRODUCTS, cost=cost, updated_at=at) for cost, at in enumerate(_TIMES[2:])]
    deliveries = [Sent(dated[::-1], 1, "batch-1"), Sent([{**dated[0], "cost": 7}], 2, "batch-2")]
    for sent in deliveries:
        sent.put(lake)

    stage.play([partial(_merge, lake)], lambda _: 0, [call])
    _assert_no_day_is_missed(lake)
    _merge(lake)

    _assert_history(lake, deliveries)


@dataclass
class OvertakenLake(MemoryLake):
    """A lake in memory in which something happens, once, just before an object is replaced."""

    key: str
    overtake: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        """Start empty."""
        super().__init__()

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Write an object only if it is still as it was read."""
        act, self.overtake = (self.overtake, None) if key == self.key else (None, self.overtake)
        if act is not None:
            act()
        return super().replace(key, body, expected=expected)


@pytest.mark.parametrize(
    "key", [PRODUCTS.rollup_key("product_versions"), INTRADAY_COST_CHANGES_KEY, PRODUCTS.rollup_key("product_costs")]
)
def test_an_overtaken_history_write_loses_no_version_of_the_other(key: str) -> None:
    lake = OvertakenLake(key)
    old, older, new = (
        good(DataType.PRODUCTS, cost=cost, updated_at=at)
        for cost, at in ((2, _TIMES[3]), (1, _TIMES[2]), (3, _TIMES[4]))
    )
    deliveries = [Sent([old, new], 1, "batch-1"), Sent([older], 2, "batch-2")]

    def overtake() -> None:
        deliveries[1].put(lake)
        _merge(lake)

    deliveries[0].put(lake)
    lake.overtake = overtake

    _merge(lake)

    _assert_history(lake, deliveries)


@_RUNS
@given(_DELIVERIES)
def test_the_newest_cost_equals_the_base(deliveries: list[Sent]) -> None:
    lake = StagedLake(InterleavedRuns())
    for sent in deliveries:
        sent.put(lake)
        _merge(lake)

    stored = lake.get(PRODUCTS.base_key)
    assert stored is not None
    base = read_parquet(stored.body, arrow_schema(DataType.PRODUCTS)).to_pylist()

    newest = [row for row in _stored(lake, "product_costs") if row["valid_before"] == OPEN_END]
    assert [(row["product_id"], row["cost"], row["currency"], row["name"]) for row in newest] == sorted(
        (row["product_id"], row["cost"], row["currency"], row["name"]) for row in base
    )


def test_known_versions_are_not_written_again() -> None:
    lake = StagedLake(InterleavedRuns())
    table = Sent([good(DataType.PRODUCTS, cost=2, updated_at=_TIMES[2])], 1, "batch-1").table
    append_versions(lake, [table])
    before = dict(lake.objects)

    append_versions(lake, [table, table])

    assert all(lake.objects[key] is each for key, each in before.items())
    assert len(before) == len(lake.objects) == 3


def test_a_lake_without_products_has_no_days() -> None:
    assert list(cost_days(StagedLake(InterleavedRuns()))) == []


def test_costs_of_a_product_are_contiguous() -> None:
    lake = StagedLake(InterleavedRuns())
    costs = [(1, _TIMES[1]), (2, _TIMES[2]), (2, _TIMES[3]), (1, _TIMES[4])]
    rows = [good(DataType.PRODUCTS, cost=cost, updated_at=at) for cost, at in costs]
    append_versions(lake, [Sent(rows, 1, "batch-1").table])

    told = _stored(lake, "product_costs")

    assert [int(row["cost"]) for row in told] == [1, 2, 1]
    assert all(row["valid_before"] == after["valid_from"] for row, after in pairwise(told))
    assert list(cost_days(lake)) == ["2025-02-26", "2025-02-27"]
