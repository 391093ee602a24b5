"""Builds the response from query results, with a reason for each absent number. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shared.products.facts import ProductRow
from shared.products.models import CategorySummary, ProductMetrics, ProductPerformanceResponse
from shared.products.question import ProductQuestion
from shared.products.trend import trend
from shared.runtime.numbers import EXACT, ZERO
from shared.runtime.query_metadata import QueryMetadata, TimeRange
from shared.statistics.trend_tests import FEWEST_POINTS

NO_NAME = "neither the catalogue nor any line has a name"
NO_CATEGORY = "neither any line nor the catalogue at the sale has a category"
NO_RATE = "no exchange rate is known for any of its lines"
NO_COST = "no unit cost in a currency with a known rate, nor does the product version at the time of sale"
NO_VIEWS = "no session viewed it within the range"
NO_STOCK = "no stock level is known within the range"
NO_WORTH = "the stock had no value within the range"
TOO_SHORT = f"a trend needs at least {FEWEST_POINTS} whole UTC days with complete data within the range"
NO_REVENUE = "all categories together have no revenue"
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class _Unavailable:
    """The reason why a number is absent."""

    reason: str


_Found = Decimal | _Unavailable


def build_response(
    question: ProductQuestion, rows: Sequence[ProductRow], reporting_currency: str, metadata: QueryMetadata
) -> ProductPerformanceResponse:
    """Build the response."""
    summary = _summary(question.category, rows) if question.category is not None else None
    return ProductPerformanceResponse(
        products=[_product(row, question.end) for row in rows if row.counts],
        category_summary=summary,
        time_range=TimeRange(start=question.start, end=question.end),
        reporting_currency=reporting_currency,
        metadata=metadata,
    )


def _product(row: ProductRow, end: datetime) -> ProductMetrics:
    found = {
        "margin": _margin(row),
        "conversion_rate": _conversion_rate(row),
        "inventory_turnover": _turnover(row, end),
    }
    numbers = {field: value for field, value in found.items() if isinstance(value, Decimal)}
    absent = {field: value.reason for field, value in found.items() if isinstance(value, _Unavailable)}
    return ProductMetrics(
        product_id=row.product_id,
        name=row.name,
        category=row.category,
        revenue=row.revenue or ZERO,
        quantity_sold=row.quantity or ZERO,
        additional_metrics={"tax": row.tax or ZERO, "shipping": row.shipping or ZERO},
        trend=trend([float(part) for part in row.parts]) if row.parts else None,
        absent=absent | dict(_unknown(row)),
        **numbers,
    )


def _unknown(row: ProductRow) -> Iterator[tuple[str, str]]:
    if row.name is None:
        yield "name", NO_NAME
    if row.category is None:
        yield "category", NO_CATEGORY
    if not row.parts:
        yield "trend", TOO_SHORT


def _margin(row: ProductRow) -> _Found:
    if not row.lines:
        return _Unavailable(NO_RATE)
    if row.margin is None:
        return _Unavailable(f"{row.uncosted_lines} of {row.lines} lines have {NO_COST}")
    return row.margin


def _conversion_rate(row: ProductRow) -> _Found:
    if not row.viewing_sessions:
        return _Unavailable(NO_VIEWS)
    return EXACT.divide(Decimal(row.buying_sessions or 0), Decimal(row.viewing_sessions))


def _turnover(row: ProductRow, end: datetime) -> _Found:
    """Return the stock turnover: cost of goods sold ÷ average stock value (`worth_by_time` ÷ time)."""
    margin = _margin(row)
    if isinstance(margin, _Unavailable):
        return margin
    if row.stocked_since is None:
        return _Unavailable(NO_STOCK)
    if row.unvalued_levels:
        return _Unavailable(f"the value of {row.unvalued_levels} stock levels is unknown")
    if not row.worth_by_time:
        return _Unavailable(NO_WORTH)
    held_for = Decimal((end - row.stocked_since) // _MILLISECOND)
    return EXACT.divide(EXACT.multiply(row.cost, held_for), Decimal(row.worth_by_time))


def _summary(category: str, rows: Sequence[ProductRow]) -> CategorySummary:
    first = rows[0] if rows else None
    revenue = (first and first.listed_revenue) or ZERO
    margin = _category_margin(first)
    share = _share(revenue, (first and first.all_revenue) or ZERO)
    found = {"margin": margin, "revenue_share": share}
    return CategorySummary(
        category=category,
        revenue=revenue,
        quantity_sold=(first and first.listed_quantity) or ZERO,
        product_count=first.listed_products if first else 0,
        absent={field: value.reason for field, value in found.items() if isinstance(value, _Unavailable)},
        **{field: value for field, value in found.items() if isinstance(value, Decimal)},
    )


def _category_margin(row: ProductRow | None) -> _Found:
    if row is None or not row.listed_products:
        return ZERO
    if row.marginless_products:
        return _Unavailable(f"the margin of {row.marginless_products} of {row.listed_products} products is unknown")
    return row.listed_margin or ZERO


def _share(revenue: Decimal, of_all: Decimal) -> _Found:
    return EXACT.divide(revenue, of_all) if of_all > 0 else _Unavailable(NO_REVENUE)
