"""The amounts and the category of sale lines as Arrow columns, against plain Python."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.parquet.columns import MOMENT
from shared.lake.rollups.products import VERSIONS, category_intervals
from shared.lake.rollups.sale_categories import changes
from shared.lake.rollups.sale_lines import (
    CATALOGUE_CATEGORY,
    NO_CATEGORIES,
    net_amounts,
    signed,
    with_catalogue_categories,
)
from tests.tiers import examples

Row = dict[str, Any]
_DAY = datetime(2025, 1, 30)  # noqa: DTZ001 # as the lake's times are: UTC without saying so
_MOMENTS = st.integers(-3, 9).map(lambda hours: _DAY + timedelta(hours=hours))
_PRODUCTS = st.sampled_from("abc")
_CATEGORIES = st.sampled_from(["tea", "pots", None])
_VERSIONS = st.lists(
    st.fixed_dictionaries({"product_id": _PRODUCTS, "updated_at": _MOMENTS, "category": _CATEGORIES}),
    unique_by=lambda row: (row["product_id"], row["updated_at"]),
    max_size=8,
)
_LINES = st.lists(
    st.fixed_dictionaries({"product_id": _PRODUCTS, "timestamp": _MOMENTS, "product_category": _CATEGORIES}), max_size=8
)
_RUNS = settings(max_examples=examples(60), deadline=None)
_LINE_SCHEMA = pa.schema([("product_id", pa.string()), ("timestamp", MOMENT), ("product_category", pa.string())])


def _intervals(versions: Sequence[Row]) -> pa.Table:
    return category_intervals(pa.Table.from_pylist(list(versions), VERSIONS))


def _category(versions: Sequence[Row], product: str, moment: datetime) -> str | None:
    known = sorted((row for row in versions if row["product_id"] == product), key=lambda row: row["updated_at"])
    valid = [row for row in known if row["updated_at"] <= moment] or known[:1]
    category: str | None = valid[-1]["category"] if valid else None
    return category


@_RUNS
@given(_VERSIONS, _LINES)
def test_a_line_without_a_category_has_that_of_the_version_at_its_time(versions: list[Row], lines: list[Row]) -> None:
    found = with_catalogue_categories(pa.Table.from_pylist(lines, _LINE_SCHEMA), _intervals(versions))

    assert found[CATALOGUE_CATEGORY].to_pylist() == [
        None if row["product_category"] else _category(versions, row["product_id"], row["timestamp"]) for row in lines
    ]
    assert found.drop_columns(CATALOGUE_CATEGORY).to_pylist() == lines


@_RUNS
@given(_VERSIONS, _VERSIONS)
def test_categories_change_at_the_earliest_at_the_moment_that_is_named(before: list[Row], after: list[Row]) -> None:
    found = {row["product_id"]: row["since"] for row in changes(_intervals(before), _intervals(after)).to_pylist()}

    moments = [_DAY + timedelta(hours=hours) for hours in range(-4, 10)]
    differing = {
        (product, moment)
        for product in "abc"
        for moment in moments
        if _category(before, product, moment) != _category(after, product, moment)
    }
    assert all(product in found and found[product] <= moment for product, moment in differing)


def test_equal_categories_change_nothing() -> None:
    tea = _intervals([{"product_id": "a", "updated_at": _DAY, "category": "tea"}])

    assert len(changes(tea, tea)) == 0
    assert changes(NO_CATEGORIES, tea)["product_id"].to_pylist() == ["a"]


@pytest.mark.parametrize(
    ("quantity", "discount", "net"),
    [
        ("1", "4.45", "108.05"),
        ("-1", "4.45", "-108.05"),
        ("-1", "-4.45", "-108.05"),
        ("2", None, "225"),
        ("0", "4.45", "0"),
        ("0.5", "56.25", "0"),
    ],
)
def test_a_discount_reduces_the_magnitude_of_a_line(quantity: str, discount: str | None, net: str) -> None:
    line = pa.table(
        {
            "quantity": pa.array([Decimal(quantity)], pa.decimal128(18, 4)),
            "unit_price": pa.array([Decimal("112.5")], pa.decimal128(18, 6)),
            "discount": pa.array([discount and Decimal(discount)], pa.decimal128(18, 6)),
        }
    )

    assert net_amounts(line).to_pylist() == [Decimal(net)]
    assert signed(line, "discount").to_pylist()[0] == Decimal(quantity) * Decimal("112.5") - Decimal(net)
