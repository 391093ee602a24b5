"""Every roll-up is what plain Python makes of the same rows, whatever they say and however they lie."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.rollups.compute import COLUMNS, ROLLUPS, roll_up
from shared.lake.rollups.portions import computed
from shared.lake.rollups.schema import schema_of
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests.fakes.records import NOW, good
from tests.tiers import examples

Row = dict[str, Any]
Group = tuple[Hashable, ...]
_DAY = datetime(2025, 1, 30)  # noqa: DTZ001 # as the lake's times are: UTC without saying so
_DAYS = 3
_DIMENSIONS = ("product_category", "customer_segment", "region", "channel")
_NOTHING = Decimal(0)


_RUNS = settings(max_examples=examples(50), deadline=None)


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, None])


_MIDNIGHTS = [number * 86_400_000 for number in range(_DAYS)]
_MILLISECONDS = st.integers(0, _DAYS * 86_400_000 - 1) | st.sampled_from(
    [*_MIDNIGHTS, *(each - 1 for each in _MIDNIGHTS[1:])]
)
_MOMENTS = _MILLISECONDS.map(lambda ms: f"{(_DAY + timedelta(milliseconds=ms)).isoformat()}Z")
_AMOUNTS = st.decimals("0", "999999", places=6).map(str)
_SALES = st.fixed_dictionaries(
    {
        "timestamp": _MOMENTS,
        "product_id": st.sampled_from(["p-1", "p-2", "Ω"]),
        "quantity": st.decimals("-999", "999", places=4).map(float),
        "unit_price": _AMOUNTS,
        **{name: _AMOUNTS | st.none() for name in ("discount", "tax", "shipping")},
        "is_negated": st.booleans(),
        "unit_cost": _AMOUNTS | st.none(),
        "order_id": st.sampled_from(["o-1", "o-2"]),
        "customer_id": _maybe("c-1", "c-2"),
        "product_name": _maybe("Mug", "Cup"),
        "currency": _maybe("EUR", "JPY"),
        "status": _maybe("completed", "pending", "cancelled"),
        **{name: _maybe("a", "b", "") for name in _DIMENSIONS},
    }
)
_STOCK = st.fixed_dictionaries(
    {
        "timestamp": _MOMENTS,
        "product_id": st.sampled_from(["p-1", "p-2"]),
        "location": _maybe("here", "there"),
        "quantity_on_hand": st.integers(0, 99),
        "reserved": _maybe(1, 2.5),
        "unit_cost": _AMOUNTS | st.none(),
    }
)
_EVENTS = st.fixed_dictionaries(
    {
        "timestamp": _MOMENTS,
        "session_id": st.sampled_from(["s-1", "s-2", "s-3"]),
        "event_type": st.sampled_from(["product_view", "purchase", "search"]),
        "product_id": _maybe("p-1", "p-2"),
        **{name: _maybe("a", "b") for name in ("product_category", "region", "channel")},
    }
)

_ROWS = {
    DataType.TRANSACTIONS: st.lists(_SALES, max_size=30),
    DataType.INVENTORY: st.lists(
        _STOCK, max_size=20, unique_by=lambda row: (row["timestamp"], row["product_id"], row["location"])
    ),
    DataType.EVENTS: st.lists(_EVENTS, max_size=20),
}


def _negated(row: Row) -> Row:
    """Write the amounts of a return with the other sign, if it says so."""
    is_negated = row.get("is_negated") and row["quantity"] < 0
    named = {name: row.get(name) for name in ("discount", "tax", "shipping")}
    negated = {name: f"-{each}" for name, each in named.items() if is_negated and each is not None}
    return {name: value for name, value in {**row, **negated}.items() if name != "is_negated"}


def _base(data_type: DataType, rows: Sequence[Row]) -> pa.Table:
    rows = [_negated(row) for row in rows]
    stamp = IngestMetadata(source_id="shop", ingested_at=NOW, origin="batch", reporting_currency="USD")
    checked = validate(data_type, [good(data_type, **row) for row in rows], form=Form.TYPED, at=NOW)
    assert checked.errors == []
    return to_table(data_type, checked.rows, stamp)


def _rolled(data_type: DataType, rows: Sequence[Row], name: str) -> list[Row]:
    found: list[Row] = roll_up(data_type, _base(data_type, rows))[name].to_pylist()
    return found


def _grouped(rows: Iterable[Row], keys: Sequence[str]) -> dict[Group, list[Row]]:
    groups: dict[Group, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def _expected(
    rows: Iterable[Row], keys: Sequence[str], measured: Callable[[list[Row]], Mapping[str, Any]]
) -> list[Row]:
    """Groups in the order of their keys, null behind everything."""
    groups = sorted(_grouped(rows, keys).items(), key=lambda each: [(part is None, part or "") for part in each[0]])
    return [{**dict(zip(keys, group, strict=True)), **measured(members)} for group, members in groups]


def _rows(data_type: DataType, rows: Sequence[Row]) -> list[Row]:
    return [{**row, "dt": f"{row['timestamp']:%Y-%m-%d}"} for row in _base(data_type, rows).to_pylist()]


def _completed(rows: Sequence[Row]) -> list[Row]:
    lines: list[Row] = [row for row in _rows(DataType.TRANSACTIONS, rows) if row["status"] == "completed"]
    for line in lines:
        sign = (line["quantity"] > 0) - (line["quantity"] < 0)
        line["net"] = sign * (abs(line["quantity"]) * line["unit_price"] - abs(line["discount"]))
        line["taxed"], line["shipped"] = (sign * abs(line[name] or _NOTHING) for name in ("tax", "shipping"))
        line["hour"] = line["timestamp"].replace(minute=0, second=0, microsecond=0)
    return lines


def _summed(lines: list[Row]) -> dict[str, Any]:
    amounts = [line["net"] for line in lines]
    return {
        "lines": len(lines),
        "net_amount": sum(amounts, _NOTHING),
        "lowest_amount": min(amounts),
        "highest_amount": max(amounts),
        **_beside(lines),
    }


def _beside(lines: list[Row]) -> dict[str, Any]:
    return {
        "tax": sum((line["taxed"] for line in lines), _NOTHING),
        "shipping": sum((line["shipped"] for line in lines), _NOTHING),
    }


@_RUNS
@given(_ROWS[DataType.TRANSACTIONS])
def test_sales_are_summed_by_hour_and_by_day_for_all_dimensions(rows: list[Row]) -> None:
    by_hour = _expected(_completed(rows), ("hour", "currency", *_DIMENSIONS), _summed)
    by_day = _expected(_completed(rows), ("dt", "currency", *_DIMENSIONS), _summed)

    assert _rolled(DataType.TRANSACTIONS, rows, "sales_hourly") == by_hour
    assert _rolled(DataType.TRANSACTIONS, rows, "sales_daily") == by_day


@_RUNS
@given(_ROWS[DataType.TRANSACTIONS])
def test_hourly_sales_by_one_dimension_are_ordered_by_dimension_and_hour(rows: list[Row]) -> None:
    expected = [
        {"dimension": dimension, **row}
        for dimension in sorted([*_DIMENSIONS, "none"])
        for row in _expected(
            [{**line, "value": line.get(dimension)} for line in _completed(rows)],
            ("hour", "currency", "value"),
            _summed,
        )
    ]

    assert _rolled(DataType.TRANSACTIONS, rows, "sales_hourly_by_one") == expected


@_RUNS
@given(_ROWS[DataType.TRANSACTIONS])
def test_orders_have_lines_and_amounts_by_day_and_all_dimensions(rows: list[Row]) -> None:
    expected = _expected(
        _completed(rows),
        ("dt", "order_id", "currency", *_DIMENSIONS),
        lambda lines: {"lines": len(lines), "net_amount": sum((line["net"] for line in lines), _NOTHING)},
    )

    assert _rolled(DataType.TRANSACTIONS, rows, "sales_daily_by_order") == expected


@_RUNS
@given(_ROWS[DataType.TRANSACTIONS])
def test_customers_have_lines_quantities_and_amounts_by_all_dimensions(rows: list[Row]) -> None:
    expected = _expected(
        [line for line in _completed(rows) if line["customer_id"] is not None],
        ("dt", "customer_id", "currency", *_DIMENSIONS),
        lambda lines: {
            "lines": len(lines),
            "bought_lines": sum(line["quantity"] > 0 for line in lines),
            "net_amount": sum((line["net"] for line in lines), _NOTHING),
        },
    )

    assert _rolled(DataType.TRANSACTIONS, rows, "sales_daily_by_customer") == expected


def _sold(lines: list[Row]) -> dict[str, Any]:
    names = [(line["timestamp"], line["product_name"]) for line in lines if line["product_name"] is not None]
    costed = [line for line in lines if line["unit_cost"] is not None]
    uncosted = [line for line in lines if line["unit_cost"] is None]
    return {
        "product_name": max(names)[1] if names else None,
        "last_sold": max(line["timestamp"] for line in lines),
        "lines": len(lines),
        "quantity": sum((line["quantity"] for line in lines), _NOTHING),
        "net_amount": sum((line["net"] for line in lines), _NOTHING),
        "cost_amount": sum((line["quantity"] * line["unit_cost"] for line in costed), _NOTHING),
        "uncosted_quantity": sum((line["quantity"] for line in uncosted), _NOTHING),
        "uncosted_lines": len(uncosted),
        **_beside(lines),
        "uncategorised_lines": sum(line["product_category"] is None for line in lines),
    }


@_RUNS
@given(_ROWS[DataType.TRANSACTIONS])
def test_products_have_sales_returns_costs_and_lines_without_a_cost(rows: list[Row]) -> None:
    expected = _expected(_completed(rows), ("dt", "product_id", "product_category", "currency"), _sold)

    assert _rolled(DataType.TRANSACTIONS, rows, "sales_daily_by_product") == expected


@_RUNS
@given(_ROWS[DataType.INVENTORY])
def test_the_stock_of_a_day_is_the_last_one_counted_at_each_location(rows: list[Row]) -> None:
    def last(records: list[Row]) -> dict[str, Any]:
        latest = max(records, key=lambda record: record["timestamp"])
        told = {name: latest[name] for name in ("quantity_on_hand", "reserved", "unit_cost")}
        return {"moment": latest["timestamp"], **told, "records": len(records)}

    expected = _expected(_rows(DataType.INVENTORY, rows), ("dt", "product_id", "location"), last)

    assert _rolled(DataType.INVENTORY, rows, "inventory_daily") == expected


@_RUNS
@given(_ROWS[DataType.EVENTS])
def test_a_session_has_a_row_for_each_combination_of_its_dimensions(rows: list[Row]) -> None:
    expected = _expected(
        _rows(DataType.EVENTS, rows),
        ("dt", "session_id", "product_category", "region", "channel"),
        lambda events: {
            "first_moment": min(event["timestamp"] for event in events),
            "events": len(events),
            "purchases": sum(event["event_type"] == "purchase" for event in events),
        },
    )

    assert _rolled(DataType.EVENTS, rows, "sessions_daily") == expected


@_RUNS
@given(_ROWS[DataType.EVENTS])
def test_views_and_purchases_of_a_product_are_rolled_up_by_session(rows: list[Row]) -> None:
    steps = [
        event
        for event in _rows(DataType.EVENTS, rows)
        if event["product_id"] is not None and event["event_type"] in {"product_view", "purchase"}
    ]
    expected = _expected(
        steps,
        ("dt", "product_id", "session_id"),
        lambda events: {
            "views": sum(event["event_type"] == "product_view" for event in events),
            "purchases": sum(event["event_type"] == "purchase" for event in events),
        },
    )

    assert _rolled(DataType.EVENTS, rows, "product_sessions_daily") == expected


@_RUNS
@given(st.lists(_SALES, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_equal_bases_give_equal_bytes_in_any_row_order(rows: list[Row], chance: Any) -> None:
    base = _base(DataType.TRANSACTIONS, rows)
    places = list(range(len(base)))
    chance.shuffle(places)
    mixed = pa.concat_tables([base.slice(place, 1) for place in places])

    one, other = (roll_up(DataType.TRANSACTIONS, each) for each in (base, mixed))

    assert {name: write_parquet(table) for name, table in one.items()} == {
        name: write_parquet(table) for name, table in other.items()
    }


_BASES = st.sampled_from([DataType.TRANSACTIONS, DataType.INVENTORY, DataType.EVENTS]).flatmap(
    lambda data_type: st.tuples(st.just(data_type), _ROWS[data_type])
)


def _days(rows: pa.Table) -> list[pa.Table]:
    days = rows["timestamp"].cast(pa.date32(), safe=False)
    return [rows.filter(pc.equal(days, day)) for day in pc.unique(days).sort()]


@_RUNS
@given(_BASES)
def test_several_days_have_the_rows_of_each_day_in_order(base: tuple[DataType, list[Row]]) -> None:
    data_type, rows = base
    whole = _base(data_type, rows)

    together = roll_up(data_type, whole)
    by_day = [roll_up(data_type, day) for day in _days(whole)]

    for name, table in together.items():
        days = pa.concat_tables([table.slice(0, 0), *(day[name] for day in by_day)]).to_pylist()
        assert table.to_pylist() == sorted(days, key=lambda row: row.get("dimension", ""))  # the sort is stable


@_RUNS
@given(_BASES)
def test_rollups_read_only_the_declared_columns(base: tuple[DataType, list[Row]]) -> None:
    data_type, rows = base
    whole = _base(data_type, rows)

    assert roll_up(data_type, whole.select(COLUMNS[data_type])) == roll_up(data_type, whole)


@pytest.mark.parametrize("data_type", ROLLUPS)
def test_no_rows_have_empty_rollups_of_the_declared_columns(data_type: DataType) -> None:
    empty, full = roll_up(data_type, _base(data_type, [])), roll_up(data_type, _base(data_type, [{}]))

    assert [*empty] == [*full] == [table.name for table in ROLLUPS[data_type]]
    assert {len(table) for table in empty.values()} == {0}
    declared = [schema_of(table) for table in ROLLUPS[data_type]]
    assert [table.schema for table in empty.values()] == [table.schema for table in full.values()] == declared


@_RUNS
@given(_BASES, st.lists(st.integers(0, 29), max_size=4), st.integers(1, 12))
def test_portions_of_any_size_combine_to_the_roll_up_of_all_rows(
    base: tuple[DataType, list[Row]], cuts: list[int], most_rows: int
) -> None:
    data_type, rows = base
    whole = _base(data_type, rows)
    ends = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    portions = [whole.slice(start, end - start) for start, end in pairwise(ends)] or [whole]

    with computed(data_type, portions, most_rows) as made:
        found = {name: list(tables) for name, tables in made.tables.items()}

    assert made.rows == len(whole)
    for name, table in roll_up(data_type, whole).items():
        rows_found = pa.concat_tables([table.schema.empty_table(), *found[name]])
        assert sorted(rows_found.to_pylist(), key=repr) == sorted(table.to_pylist(), key=repr)
