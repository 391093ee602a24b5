"""Small exports whose right numbers are known, and a layout without a preset that a mapping alone describes."""

import csv
from decimal import Decimal
from typing import Any

import pytest

from tests.functions.presets.conftest import Platform
from tests.functions.presets.exports import FILES

SUPERSTORE = {
    "columns": {
        "Order ID": "order_id",
        "Order Date": "timestamp",
        "Customer ID": "customer_id",
        "Segment": "customer_segment",
        "Region": "region",
        "Product ID": "product_id",
        "Category": "product_category",
        "Product Name": "product_name",
        "Quantity": "quantity",
    },
    "templates": {"transaction_id": "{Order ID}-{Row ID}"},
    "computed": {"_list": "if(Discount < 1, round(Sales / (1 - Discount), 6), Sales)"},
    "expressions": {
        "unit_price": "_list / Quantity",
        "discount": "_list - Sales",
        "unit_cost": "(Sales - Profit) / Quantity",
    },
    "constants": {"currency": "USD"},
    "date_formats": {"timestamp": {"formats": ["%m/%d/%Y"]}},
    "drop": ["*"],
}
"""Line totals after a discount that is a share, and the profit of each line."""


def _load(platform: Platform, file: str, mapping: dict[str, Any], **options: Any) -> dict[str, int]:
    return platform.load(
        file.removesuffix(".csv").replace("_", "-"),
        "transactions",
        mapping,
        file_format="csv",
        content=(FILES / file).read_bytes(),
        **options,
    )


def _total(platform: Platform, metric: str, currency: str, start: str, end: str) -> float:
    found: float = platform.ask(
        metric_type=metric, time_range__start=start, time_range__end=end, filters__currency=currency
    )["summary"]["total"]
    return found


@pytest.mark.parametrize("rows_per_part", [3, 1000])
def test_a_shop_with_order_discounts_a_void_and_refunds(platform: Platform, rows_per_part: int) -> None:
    """Orders over several rows are loaded whole, also where a file is read in parts of few rows."""
    _load(platform, "case_shopify_orders.csv", {"preset": "shopify_orders_csv"}, rows_per_part=rows_per_part)

    rows = platform.rows("case-shopify-orders", "transactions")
    live = {row["order_id"] for row in rows if row["status"] == "completed" and row["quantity"] > 0}

    assert _total(platform, "revenue", "BDT", "2026-04-01", "2026-05-01") == 5750
    assert live == {"#71737", "#71738", "#71739", "#71741"}
    assert {row["currency"] for row in rows} == {"BDT"}


def test_a_marketplace_whose_report_has_a_preamble_and_the_hour_that_occurs_twice(platform: Platform) -> None:
    _load(platform, "case_amazon_date_range.csv", {"preset": "amazon_date_range_csv"})

    moments = {row["order_id"]: row["timestamp"].isoformat() for row in platform.rows(_AMAZON, "transactions")}

    assert _total(platform, "revenue", "USD", "2026-11-01", "2026-11-04") == 114
    assert moments["111-2"].startswith("2026-11-01T08:30:00")
    assert moments["111-3"].startswith("2026-11-01T09:30:00")


_AMAZON = "case-amazon-date-range"


def test_a_till_with_line_totals_and_amounts_as_money_text(platform: Platform) -> None:
    _load(platform, "case_square_items.csv", {"preset": "square_items_csv"})

    units = sum(row["quantity"] for row in platform.rows("case-square-items", "transactions"))

    assert _total(platform, "revenue", "USD", "2026-08-20", "2026-08-24") == 1287
    assert units == 2


def test_line_totals_discounts_as_shares_and_profits(platform: Platform) -> None:
    _load(platform, "superstore.csv", SUPERSTORE)

    with (FILES / "superstore.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    sales, units, profit = (
        sum((Decimal(row[name]) for row in written), Decimal(0)) for name in ("Sales", "Quantity", "Profit")
    )
    rows = platform.rows("superstore", "transactions")
    margin = sum(row["quantity"] * (row["unit_price"] - row["unit_cost"]) - row["discount"] for row in rows)

    assert round(_total(platform, "revenue", "USD", "2016-11-01", "2016-12-01"), 2) == float(round(sales, 2))
    assert sum(row["quantity"] for row in rows) == units
    assert round(margin, 2) == round(profit, 2)
    assert {row["discount"] > 0 for row in rows if row["product_id"] == "FUR-TA-1"} == {True}
