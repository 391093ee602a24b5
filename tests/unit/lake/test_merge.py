"""A columnar merge equals the data model's rule applied record by record, and roll-ups are plain sums."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared.lake.merge.upsert import upsert

from shared.lake.catalog.rollup_tables import SALES_HOURLY_BY_ONE
from shared.lake.parquet.columns import IngestMetadata, arrow_schema, to_table
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate
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


def _table(data_type: DataType, rows: Sequence[Row], origin: str, at: datetime) -> pa.Table:
    checked = validate(data_type, rows, form=Form.TYPED, at=NOW)
    assert checked.errors == []
    stamp = IngestMetadata(source_id="web-shop", ingested_at=at, origin=origin, reporting_currency="EUR")
    return to_table(data_type, checked.rows, stamp)


class _Model:
    """The data model's words, one record after the other."""

    def __init__(self, data_type: DataType) -> None:
        self.schema = SCHEMAS[data_type]
        self.stands: dict[tuple[Any, ...], Row] = {}

    def deliver(self, rows: Sequence[Row]) -> Counter[str]:
        return Counter(self._fate(row) for row in rows)

    def _fate(self, row: Row) -> str:
        key = tuple(row[name] for name in self.schema.key)
        stands, version = self.stands.get(key), self.schema.version
        if stands is None:
            self.stands[key] = row
            return "loaded"
        if self._rank(row) >= self._rank(stands):
            self.stands[key] = row
        by_platform = all(each[version] == each[INGESTED_AT] for each in (row, stands))
        if self._content(row) == self._content(stands) and (by_platform or row[version] == stands[version]):
            return "duplicate"
        if row[version] == stands[version]:
            return "conflict"
        return "loaded" if row[version] > stands[version] else "superseded"

    def _rank(self, row: Row) -> Any:
        return row[self.schema.version], row[INGESTED_AT], row["_origin"]

    def _content(self, row: Row) -> Row:
        unsaid = {INGESTED_AT, "_origin", "source_id", self.schema.version}
        return {
            name: dict(value) if isinstance(value, list) else value for name, value in row.items() if name not in unsaid
        }


@pytest.mark.parametrize("data_type", ROWS)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_any_deliveries_merge_by_the_rule_of_the_data_model(data_type: DataType, data: st.DataObject) -> None:
    merges = data.draw(st.lists(st.lists(st.lists(ROWS[data_type], min_size=1, max_size=4), max_size=3), max_size=3))
    base, model, hour = arrow_schema(data_type).empty_table(), _Model(data_type), 0

    for number, deliveries in enumerate(merges):
        tables = [
            _table(data_type, rows, f"batch-{number}-{place}", NOW - timedelta(days=1, hours=-(hour := hour + 1) / 10))
            for place, rows in enumerate(deliveries)
        ]
        if not tables:
            continue
        merged = upsert(data_type, base, tables)
        base = merged.table
        assert list(merged.outcomes) == [dict(model.deliver(table.to_pylist())) for table in tables]

    assert sorted(base.to_pylist(), key=repr) == sorted(model.stands.values(), key=repr)


def test_deliveries_are_merged_in_order_of_arrival() -> None:
    first = _table(DataType.TRANSACTIONS, [good(DataType.TRANSACTIONS, quantity=1)], "b", NOW - timedelta(hours=2))
    second = _table(DataType.TRANSACTIONS, [good(DataType.TRANSACTIONS, quantity=2)], "a", NOW - timedelta(hours=1))
    empty = arrow_schema(DataType.TRANSACTIONS).empty_table()

    one, other = (
        upsert(DataType.TRANSACTIONS, empty, [first, second]),
        upsert(DataType.TRANSACTIONS, empty, [second, first]),
    )

    assert one.table.equals(other.table)
    assert one.table["quantity"].to_pylist() == [2]
    assert list(one.outcomes) == list(other.outcomes) == [{"loaded": 1}, {"loaded": 1}]


def test_an_empty_delivery_has_no_outcomes() -> None:
    empty = arrow_schema(DataType.ORDERS).empty_table()
    full = _table(DataType.ORDERS, [good(DataType.ORDERS)], "a", NOW)

    assert list(upsert(DataType.ORDERS, empty, [empty, full, empty]).outcomes) == [{}, {"loaded": 1}, {}]


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
            net = line["quantity"] * line["unit_price"] - line["discount"]
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

    hourly = rolled["sales_hourly"].to_pylist()
    whole = sum((row["net_amount"] for row in hourly), Decimal())
    for face in SALES_HOURLY_BY_ONE.values():
        assert sum((row["net_amount"] for row in rolled[face.name].to_pylist()), Decimal()) == whole


@pytest.mark.parametrize("data_type", sorted(set(DataType) - set(ROLLUPS)))
def test_other_types_have_no_roll_ups(data_type: DataType) -> None:
    assert roll_up(data_type, arrow_schema(data_type).empty_table()) == {}
