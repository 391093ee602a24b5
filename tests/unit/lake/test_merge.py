"""A settlement equals the data model's rule applied record by record, and roll-ups are plain sums."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.catalog.rollup_tables import NO_DIMENSION, SALES_DIMENSIONS
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import KEY, with_fingerprints
from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.settle import Settled, keys_of, rank_columns, settle
from shared.lake.parquet.columns import IngestMetadata, arrow_schema, to_table
from shared.lake.rollups.compute import roll_up
from shared.lake.table.port import TableChange
from shared.lake.table.positions import positions_of
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.records import NOW, good
from tests.tiers import examples

Row = Mapping[str, Any]
_TIMES = ("2025-02-27T10:00:00Z", "2025-02-27T11:00:00Z", "2025-02-27T12:00:00Z")
ROWS: Mapping[DataType, st.SearchStrategy[dict[str, Any]]] = {
    DataType.TRANSACTIONS: st.builds(
        lambda key, quantity: good(DataType.TRANSACTIONS, transaction_id=key, quantity=quantity),
        st.sampled_from("abc"),
        st.integers(1, 2),
    ),
    DataType.ORDERS: st.builds(
        lambda key, status, updated: good(DataType.ORDERS, order_id=key, status=status, updated_at=updated),
        st.sampled_from("abc"),
        st.sampled_from(["paid", "shipped"]),
        st.sampled_from(_TIMES),
    ),
    DataType.INVENTORY: st.builds(
        lambda product, place, at, on_hand: good(
            DataType.INVENTORY, product_id=product, location=place, timestamp=at, quantity_on_hand=on_hand
        ),
        st.sampled_from(["1", "1:1", "11"]),
        st.sampled_from(["1", "1:1", ":1", None]),
        st.sampled_from(_TIMES[:2]),
        st.integers(0, 1),
    ),
    DataType.PRODUCTS: st.builds(
        lambda key, name, updated: good(DataType.PRODUCTS, product_id=key, name=name, updated_at=updated),
        st.sampled_from("abc"),
        st.sampled_from(["Mug", "Cup"]),
        st.sampled_from([None, *_TIMES]),
    ),
    DataType.DECISIONS: st.builds(
        lambda key, age, reverse: good(
            DataType.DECISIONS,
            decision_id=key,
            features=dict(sorted({"age": age, "country": "DE"}.items(), reverse=reverse)),
        ),
        st.sampled_from("ab"),
        st.integers(1, 2),
        st.booleans(),
    ),
}


def _table(
    data_type: DataType, rows: Sequence[Row], origin: str, at: datetime, *, source: str = "web-shop"
) -> pa.Table:
    checked = validate(data_type, rows, form=Form.TYPED, at=NOW)
    assert checked.errors == []
    stamp = IngestMetadata(source_id=source, ingested_at=at, origin=origin, reporting_currency="EUR")
    return to_table(data_type, checked.rows, stamp)


@dataclass
class _Fate:
    """What became of a row: its outcome, and whether it is superseded or its key another source's as well."""

    outcome: str
    superseded: bool = False
    shared: bool = False

    @property
    def final(self) -> str:
        """The outcome after the merge."""
        return "superseded" if self.superseded and self.outcome == "loaded" else self.outcome


class _Model:
    """The data model's words, one record after the other."""

    def __init__(self, data_type: DataType) -> None:
        self.schema = SCHEMAS[data_type]
        self.stands: dict[tuple[Any, ...], Row] = {}
        self.superseded = Counter[str]()
        self._fates: dict[tuple[Any, ...], _Fate] = {}

    def merge(self, deliveries: Sequence[Sequence[Row]]) -> list[list[_Fate]]:
        """Deliver rows; return their fates. `superseded` counts those of earlier merges that they replace."""
        self.superseded.clear()
        self._fates.clear()
        return [[self._deliver(row) for row in rows] for rows in deliveries]

    def _deliver(self, row: Row) -> _Fate:
        key = tuple(row[name] for name in self.schema.key)
        stands, version = self.stands.get(key), self.schema.version
        fate = _Fate("loaded")
        if stands is not None:
            wins = self._rank(row) >= self._rank(stands)
            by_platform = all(each[version] == each[INGESTED_AT] for each in (row, stands))
            is_same = self._content(row) == self._content(stands)
            fate.shared = not is_same and row["source_id"] != stands["source_id"]
            if is_same and (by_platform or row[version] == stands[version]):
                fate.outcome = "duplicate"
            else:
                fate.outcome = "conflict" if fate.shared or row[version] == stands[version] else "loaded"
                self._supersede(fate, key, stands, wins=wins)
            if not wins:
                return fate
        self.stands[key], self._fates[key] = row, fate
        return fate

    def _supersede(self, fate: _Fate, key: tuple[Any, ...], stands: Row, *, wins: bool) -> None:
        if not wins:
            fate.superseded = True
        elif key in self._fates:
            self._fates[key].superseded = True
        else:
            self.superseded[stands["_origin"]] += 1

    def _rank(self, row: Row) -> Any:
        return row[self.schema.version], row[INGESTED_AT], row["_origin"]

    def _content(self, row: Row) -> Row:
        unsaid = {INGESTED_AT, "_origin", "source_id", self.schema.version}
        return {
            name: dict(value) if isinstance(value, list) else value for name, value in row.items() if name not in unsaid
        }


class _Base:
    """A base table in memory, to which deliveries are settled and committed."""

    def __init__(self, data_type: DataType) -> None:
        self.data_type, self.table = data_type, BASE_TABLES[data_type]
        self.tables = MemoryTables()
        self.index = KeyIndex(self.tables)

    def merge(self, deliveries: Sequence[pa.Table]) -> Settled:
        """Settle deliveries and commit the result."""
        hashed = [with_fingerprints(self.data_type, each) for each in deliveries]
        head = self.tables.head(self.table)
        found = self.index.find(self.table, head, keys_of(hashed))
        held = self.tables.rows_at(self.table, head, rank_columns(self.data_type), found)
        settled = settle(self.data_type, hashed, held)
        change = TableChange(rows=settled.winners, deleted=positions_of(settled.beaten))
        self.tables.commit(self.table, head, change)
        return settled

    def rows(self) -> list[Row]:
        """The rows, without the hidden columns."""
        names = arrow_schema(self.data_type).names
        found: list[Row] = self.tables.rows(self.table, self.tables.head(self.table), names).select(names).to_pylist()
        return found


def _outcomes(settled: Settled) -> list[Mapping[str, int]]:
    return [each.outcomes for each in settled.deliveries]


@pytest.mark.parametrize("data_type", ROWS)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_any_deliveries_merge_by_the_rule_of_the_data_model(data_type: DataType, data: st.DataObject) -> None:
    deliveries = st.tuples(st.sampled_from(["web-shop", "till"]), st.lists(ROWS[data_type], min_size=1, max_size=4))
    merges = data.draw(st.lists(st.lists(deliveries, max_size=3), max_size=3))
    base, model, hour = _Base(data_type), _Model(data_type), 0

    for number, drawn in enumerate(merges):
        tables = [
            _table(
                data_type,
                rows,
                f"batch-{number}-{place}",
                NOW - timedelta(days=1, hours=-(hour := hour + 1) / 10),
                source=source,
            )
            for place, (source, rows) in enumerate(drawn)
        ]
        if not tables:
            continue
        settled = base.merge(tables)
        expected = model.merge([table.to_pylist() for table in tables])
        assert _outcomes(settled) == [Counter(fate.final for fate in fates) for fates in expected]
        assert [(each.also_superseded, each.shared_ids) for each in settled.deliveries] == [
            (sum(fate.superseded > (fate.final == "superseded") for fate in fates), sum(fate.shared for fate in fates))
            for fates in expected
        ]
        assert sum((Counter(each.superseded) for each in settled.deliveries), Counter()) == +model.superseded

    assert sorted(base.rows(), key=repr) == sorted(model.stands.values(), key=repr)


def test_deliveries_are_merged_in_order_of_arrival() -> None:
    first = _table(DataType.TRANSACTIONS, [good(DataType.TRANSACTIONS, quantity=1)], "b", NOW - timedelta(hours=2))
    second = _table(DataType.TRANSACTIONS, [good(DataType.TRANSACTIONS, quantity=2)], "a", NOW - timedelta(hours=1))

    one, other = (_Base(DataType.TRANSACTIONS), _Base(DataType.TRANSACTIONS))
    outcomes = [_outcomes(one.merge([first, second])), _outcomes(other.merge([second, first]))]

    assert one.rows() == other.rows()
    assert [row["quantity"] for row in one.rows()] == [2]
    assert outcomes == [[{"superseded": 1}, {"loaded": 1}], [{"loaded": 1}, {"superseded": 1}]]


def test_an_empty_delivery_has_no_outcomes() -> None:
    empty = arrow_schema(DataType.ORDERS).empty_table()
    full = _table(DataType.ORDERS, [good(DataType.ORDERS)], "a", NOW)

    assert _outcomes(_Base(DataType.ORDERS).merge([empty, full, empty])) == [{}, {"loaded": 1}, {}]


def test_a_key_that_shares_only_half_of_its_hash_with_another_is_another_key() -> None:
    rows = _table(
        DataType.ORDERS, [good(DataType.ORDERS, order_id="o-1"), good(DataType.ORDERS, order_id="o-2")], "a", NOW
    )
    hashed = with_fingerprints(DataType.ORDERS, rows)
    same = pa.repeat(hashed[KEY][0], len(hashed))
    collided = hashed.set_column(hashed.schema.get_field_index(KEY), KEY, same)
    tables, table = MemoryTables(), BASE_TABLES[DataType.ORDERS]
    head = tables.commit(table, tables.head(table), TableChange(rows=collided.slice(0, 1)))
    held = tables.rows_at(table, head, rank_columns(DataType.ORDERS), KeyIndex(tables).find(table, head, same))

    settled = settle(DataType.ORDERS, [collided.slice(1)], held)

    assert len(held) == 1
    assert (len(settled.winners), len(settled.beaten)) == (1, 0)
    assert _outcomes(settled) == [{"loaded": 1}]


def test_duplicates_and_older_versions_change_no_day() -> None:
    orders, base = DataType.ORDERS, _Base(DataType.ORDERS)
    row = good(orders, updated_at=_TIMES[1])
    base.merge([_table(orders, [row], "a", NOW - timedelta(hours=3))])

    copy = base.merge([_table(orders, [row], "b", NOW - timedelta(hours=2))])
    older = base.merge([_table(orders, [good(orders, status="placed", updated_at=_TIMES[0])], "c", NOW)])

    assert (len(copy.changes), len(older.changes)) == (0, 0)


def test_a_row_without_a_version_has_that_of_its_receipt() -> None:
    """Rows from before their data type had a version of its own are stored without one."""
    orders, base = DataType.ORDERS, _Base(DataType.ORDERS)
    at = NOW - timedelta(hours=3)
    old = _table(orders, [good(orders)], "a", at)
    place = old.schema.get_field_index("updated_at")
    base.merge([old.set_column(place, "updated_at", pa.nulls(1, pa.timestamp("ms")))])

    older, newer = (
        base.merge([_table(orders, [good(orders, status=status, updated_at=updated)], origin, NOW)])
        for status, updated, origin in (
            ("placed", (at - timedelta(hours=1)).isoformat(), "b"),
            ("shipped", (at + timedelta(hours=1)).isoformat(), "c"),
        )
    )

    assert (_outcomes(older), _outcomes(newer)) == ([{"superseded": 1}], [{"loaded": 1}])
    assert newer.deliveries[0].superseded == {"a": 1}


def test_ids_that_another_source_uses_are_sampled_masked() -> None:
    orders, base = DataType.ORDERS, _Base(DataType.ORDERS)
    rows = [good(orders, order_id=f"anna-{number}") for number in range(5)]
    base.merge([_table(orders, rows, "a", NOW - timedelta(hours=1))])

    (settled,) = base.merge(
        [_table(orders, [{**row, "status": "shipped"} for row in rows], "b", NOW, source="till")]
    ).deliveries

    assert (settled.outcomes, settled.shared_ids) == ({"conflict": 5}, 5)
    assert settled.superseded == {"a": 5}
    assert settled.samples == ("order_id=xxxx-9",) * 3


def test_a_record_that_moves_changes_both_days() -> None:
    events, base = DataType.EVENTS, _Base(DataType.EVENTS)
    base.merge([_table(events, [good(events)], "a", NOW - timedelta(hours=3))])

    moved = base.merge([_table(events, [good(events, timestamp="2025-01-31T23:59:59.999Z")], "b", NOW)])

    assert sorted(f"{row['day']} {row['_origin']}" for row in moved.changes.to_pylist()) == [
        "2025-01-31 b",
        "2025-02-27 b",
    ]


SALES = st.lists(
    st.builds(
        lambda number, at, quantity, price, discount, status, region, currency: good(
            DataType.TRANSACTIONS,
            transaction_id=f"t-{number}",
            timestamp=at,
            quantity=quantity,
            unit_price=price,
            discount=discount,
            status=status,
            region=region,
            currency=currency,
        ),
        st.integers(0, 10**6),
        st.datetimes(datetime(2025, 2, 27), datetime(2025, 2, 27, 23, 59)).map(lambda at: at.isoformat() + "Z"),  # noqa: DTZ001 # zoned by the Z
        st.decimals(-100, 100, places=4).map(float),
        st.decimals(0, 1000, places=6).map(str),
        st.none() | st.decimals(0, 10, places=2).map(float),
        st.sampled_from(["completed", "completed", "pending", "cancelled"]),
        st.sampled_from([None, "EU", "US"]),
        st.sampled_from(["EUR", "GBP"]),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=examples(60), deadline=None)
@given(rows=SALES)
def test_the_hourly_roll_up_is_a_plain_sum_of_completed_lines_exact_to_the_last_place(rows: list[Row]) -> None:
    base = _table(DataType.TRANSACTIONS, rows, "a", NOW)
    expected: dict[tuple[Any, ...], list[Decimal]] = defaultdict(list)
    for line in base.to_pylist():
        if line["status"] == "completed":
            discount = line["discount"].copy_sign(line["quantity"]) if line["quantity"] else Decimal(0)
            net = line["quantity"] * line["unit_price"] - discount
            hour = line["timestamp"].replace(minute=0, second=0, microsecond=0)
            expected[hour, line["currency"], line["region"]].append(net)

    found = roll_up(DataType.TRANSACTIONS, base)["sales_hourly"].to_pylist()

    assert {
        (row["hour"], row["currency"], row["region"]): (
            row["lines"],
            row["net_amount"],
            row["lowest_amount"],
            row["highest_amount"],
        )
        for row in found
    } == {key: (len(nets), sum(nets), min(nets), max(nets)) for key, nets in expected.items()}


@settings(max_examples=examples(30), deadline=None)
@given(rows=SALES)
def test_every_roll_up_of_a_day_adds_up_to_the_same(rows: list[Row]) -> None:
    rolled = roll_up(DataType.TRANSACTIONS, _table(DataType.TRANSACTIONS, rows, "a", NOW))

    def total(rows: pa.Table) -> Decimal:
        return sum(rows["net_amount"].to_pylist(), Decimal())

    whole = total(rolled["sales_hourly"])
    faces = rolled["sales_hourly_by_one"]
    for dimension in (*SALES_DIMENSIONS, NO_DIMENSION):
        assert total(faces.filter(pc.equal(faces["dimension"], dimension))) == whole
    for name in ("sales_daily", "sales_daily_by_product"):
        assert total(rolled[name]) == whole
