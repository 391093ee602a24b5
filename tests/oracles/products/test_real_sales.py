"""A real year of sales by product, to the cent, against pandas."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.products.models import ProductPerformanceResponse
from shared.products.question import DEFAULT_LIMIT, MOST_PRODUCTS, ProductQuestion, SortBy
from tests.online_retail import needs_online_retail
from tests.oracles.metrics.conftest import lake_of
from tests.oracles.metrics.retail import read_sales

YEAR = (datetime(2010, 12, 1, tzinfo=UTC), datetime(2011, 12, 10, tzinfo=UTC))
CUT = (datetime(2011, 3, 7, 11, 30, tzinfo=UTC), datetime(2011, 10, 18, 15, tzinfo=UTC))
CHRISTMAS = (datetime(2011, 12, 8, 9, 26, tzinfo=UTC), datetime(2011, 12, 8, 9, 27, tzinfo=UTC))
LIMITS = (1, DEFAULT_LIMIT, MOST_PRODUCTS)
_THOUSAND = 1000
pytestmark = needs_online_retail


@pytest.fixture(scope="module")
def sales() -> Any:
    """The retailer's lines."""
    return read_sales()


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory, sales: Any) -> Iterator[Wiring]:
    """The function's wiring over a lake with the sales; the reporting currency is the pound."""
    with lake_of(sales, tmp_path_factory.mktemp("athena")) as lake:
        yield Wiring(replace(lake.settings, reporting_currency="GBP"))


def best(sales: Any, question: ProductQuestion) -> list[tuple[str, Fraction, int]]:
    """Product, revenue and quantity, by pandas."""
    within = sales[(sales.timestamp >= question.start) & (sales.timestamp < question.end)]
    if question.category is not None:
        within = within[within.product_category == question.category]
    sums = within.groupby("product_id")[["net", "quantity"]].sum().reset_index()
    by = {SortBy.REVENUE: ["net"], SortBy.QUANTITY: ["quantity"], SortBy.MARGIN: []}[question.sort_by]
    ordered = sums.sort_values([*by, "product_id"], ascending=[False] * len(by) + [True]).head(question.limit)
    return [(row.product_id, Fraction(int(row.net), _THOUSAND), int(row.quantity)) for row in ordered.itertuples()]


def told(answer: ProductPerformanceResponse) -> list[tuple[str, Fraction, int]]:
    return [(each.product_id, Fraction(each.revenue), int(each.quantity_sold)) for each in answer.products]


QUESTIONS = [
    *(ProductQuestion(start=YEAR[0], end=YEAR[1], sort_by=by, limit=limit) for by in SortBy for limit in LIMITS),
    *(ProductQuestion(start=CUT[0], end=CUT[1], sort_by=by, category="gifts") for by in SortBy),
    ProductQuestion(start=CHRISTMAS[0], end=CHRISTMAS[1]),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda it: f"{it.start:%x}-{it.sort_by}-{it.limit}")
def test_the_best_products_of_a_real_year_equal_pandas(wired: Wiring, sales: Any, question: ProductQuestion) -> None:
    assert told(wired.product_reports.report(question)) == best(sales, question)


def test_a_category_totals_its_products(wired: Wiring, sales: Any) -> None:
    summary = wired.product_reports.report(
        ProductQuestion(start=YEAR[0], end=YEAR[1], category="garden")
    ).category_summary

    lines = sales[sales.product_category == "garden"]
    assert summary is not None
    assert Fraction(summary.revenue) == Fraction(int(lines.net.sum()), _THOUSAND)
    assert summary.quantity_sold == int(lines.quantity.sum())
    assert summary.product_count == lines.product_id.nunique()
    assert summary.revenue_share is not None
    assert float(summary.revenue_share) == pytest.approx(float(lines.net.sum() / sales.net.sum()))


def test_a_real_year_from_records_equals_one_from_rollups(wired: Wiring) -> None:
    question = ProductQuestion(start=CUT[0], end=CUT[1], limit=MOST_PRODUCTS)
    by_rollups = wired.product_reports.report(question)
    snapshots = {name: int(snapshot) for name, snapshot in by_rollups.metadata.snapshots.items()}

    by_records = wired.product_reports.report(replace(question, as_of=snapshots))

    assert by_records.products == by_rollups.products
