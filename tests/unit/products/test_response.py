"""Unknown figures of a product are absent with a reason; none is made up."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.products import response
from shared.products.facts import ProductRow
from shared.products.models import ProductPerformanceResponse
from shared.products.question import ProductQuestion
from shared.products.response import build_response
from shared.runtime.query_metadata import QueryMetadata

START, END = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 11, tzinfo=UTC)
MARCH = ProductQuestion(start=START, end=END)
HUNDRED_FOR_TEN_DAYS = 100.0 * 10 * 86_400_000
TEAPOT = ProductRow(
    product_id="teapot",
    name="Teapot",
    category="tea",
    counts=True,
    lines=10,
    excluded=0,
    quantity=Decimal(20),
    revenue=Decimal(500),
    cost=Decimal(300),
    margin=Decimal(200),
    tax=Decimal(95),
    shipping=None,
    uncosted_lines=0,
    viewing_sessions=8,
    buying_sessions=2,
    stocked_since=START,
    unvalued_levels=0,
    worth_by_time=HUNDRED_FOR_TEN_DAYS,
    all_revenue=Decimal(2000),
    all_lines=10,
    all_excluded=0,
    listed_revenue=Decimal(500),
    listed_quantity=Decimal(20),
    listed_margin=Decimal(200),
    listed_products=1,
    marginless_products=0,
    parts=tuple(Decimal(50) for _ in range(10)),
)


def about(*rows: ProductRow, question: ProductQuestion = MARCH) -> ProductPerformanceResponse:
    metadata = QueryMetadata(
        total_records=10,
        query_time_ms=1,
        cache_hit=False,
        data_freshness=END,
        excluded_records=0,
        provisional=False,
        snapshots={"transactions": "1"},
    )
    return build_response(question, rows, "USD", metadata)


def product(**changes: Any) -> dict[str, Any]:
    [found] = about(replace(TEAPOT, **changes)).model_dump(mode="json")["products"]
    assert isinstance(found, dict)
    return found


def test_a_product_with_complete_data_has_every_figure() -> None:
    assert product() == {
        "product_id": "teapot",
        "name": "Teapot",
        "category": "tea",
        "revenue": 500,
        "quantity_sold": 20,
        "additional_metrics": {"tax": 95, "shipping": 0},
        "margin": 200,
        "conversion_rate": 0.25,
        "inventory_turnover": 3,
        "trend": "stable",
        "absent": {},
    }


def test_one_line_without_a_cost_makes_margin_and_turnover_unknown() -> None:
    found = product(margin=None, uncosted_lines=1)

    why = f"1 of 10 lines have {response.NO_COST}"
    assert not {"margin", "inventory_turnover"} & found.keys()
    assert found["absent"] == {"margin": why, "inventory_turnover": why}


def test_a_product_sold_only_in_currencies_without_a_rate_has_units_but_no_margin() -> None:
    found = product(lines=0, excluded=10, revenue=None, margin=None)

    assert (found["revenue"], found["quantity_sold"]) == (0, 20)
    assert found["absent"] == {"margin": response.NO_RATE, "inventory_turnover": response.NO_RATE}


def test_without_views_there_is_no_conversion_rate() -> None:
    for views in (None, 0):
        found = product(viewing_sessions=views, buying_sessions=3 if views == 0 else None)

        assert "conversion_rate" not in found
        assert found["absent"] == {"conversion_rate": response.NO_VIEWS}


def test_without_stock_or_its_value_there_is_no_turnover() -> None:
    for changes, why in (
        ({"stocked_since": None, "unvalued_levels": None, "worth_by_time": None}, response.NO_STOCK),
        ({"worth_by_time": 0.0}, response.NO_WORTH),
        ({"unvalued_levels": 2}, "the value of 2 stock levels is unknown"),
    ):
        assert product(**changes)["absent"] == {"inventory_turnover": why}


def test_stock_is_averaged_over_the_part_of_the_range_where_it_is_known() -> None:
    five_days = datetime(2025, 3, 6, tzinfo=UTC)

    assert product(stocked_since=five_days, worth_by_time=HUNDRED_FOR_TEN_DAYS / 2)["inventory_turnover"] == 3


def test_a_product_without_a_catalogue_entry_has_no_name_or_category() -> None:
    found = product(name=None, category=None)

    assert found["absent"] == {"name": response.NO_NAME, "category": response.NO_CATEGORY}


def test_a_short_range_has_no_trend() -> None:
    assert product(parts=())["absent"] == {"trend": response.TOO_SHORT}


def test_a_margin_may_be_negative_and_returns_may_exceed_sales() -> None:
    found = product(revenue=Decimal(-10), quantity=Decimal(-1), cost=Decimal(-3), margin=Decimal(-7))

    assert (found["revenue"], found["quantity_sold"], found["margin"]) == (-10, -1, -7)


def category(*rows: ProductRow) -> dict[str, Any]:
    question = replace(MARCH, category="tea")
    found = about(*rows, question=question).model_dump(mode="json")["category_summary"]
    assert isinstance(found, dict)
    return found


def test_a_category_total_is_returned_only_on_request() -> None:
    assert "category_summary" not in about(TEAPOT).model_dump(mode="json")
    assert category(TEAPOT) == {
        "category": "tea",
        "revenue": 500,
        "quantity_sold": 20,
        "margin": 200,
        "product_count": 1,
        "revenue_share": 0.25,
        "absent": {},
    }


def test_the_margin_of_a_category_is_unknown_if_that_of_a_product_is() -> None:
    found = category(replace(TEAPOT, listed_products=3, marginless_products=1))

    assert "margin" not in found
    assert found["absent"] == {"margin": "the margin of 1 of 3 products is unknown"}


def test_an_unknown_category_totals_zero() -> None:
    bearer = replace(TEAPOT, counts=False, listed_revenue=None, listed_quantity=None, listed_margin=None)

    found = category(replace(bearer, listed_products=0))

    assert about(replace(bearer, listed_products=0)).products == []
    assert (found["revenue"], found["quantity_sold"], found["margin"], found["product_count"]) == (0, 0, 0, 0)
    assert found["revenue_share"] == 0


def test_without_sales_there_are_no_shares() -> None:
    assert category()["absent"] == {"revenue_share": response.NO_REVENUE}
    assert category(replace(TEAPOT, all_revenue=Decimal(-5)))["absent"] == {"revenue_share": response.NO_REVENUE}
