"""The SQL of product sales: lines of the range by product, with amounts and costs in the reporting currency."""

from collections.abc import Iterator
from datetime import timedelta

from shared.athena.sql import Constant, Statement, identifier, join, sql, union_all
from shared.currency.conversion import Days, convert, with_rates
from shared.products.days import SourceDays, on_days
from shared.products.question import ProductQuestion
from shared.products.trend import Parts

_MOMENT = timedelta(milliseconds=1)
_MOMENT_DIGITS = len("2025-01-31 12:00:00.000")

_SALES = """
    sold AS (
        {sold}
    ), rated AS (
        {rated}
    ), charged AS (
        SELECT product_id, product_category, product_name, last_sold, dt, lines, quantity, uncosted_lines,
            rate IS NOT NULL AS counted, {amount} AS amount, {own_cost} AS own_cost,
            CAST(uncosted_quantity AS decimal(28, 4)) * cost AS version_cost, cost_currency AS currency
        FROM rated
    ), priced AS (
        {priced}
    ), costed AS (
        SELECT product_id, product_category, product_name, last_sold, dt, lines, quantity, counted, amount, own_cost,
            uncosted_lines, {version_cost} AS version_cost
        FROM priced
    ), by_product AS (
        SELECT product_id, {sold_as} AS sold_as, {sold_in} AS sold_in,
            COALESCE(SUM(CASE WHEN counted THEN lines END), 0) AS lines,
            COALESCE(SUM(CASE WHEN NOT counted THEN lines END), 0) AS excluded,
            SUM(CASE WHEN counted THEN quantity END) AS quantity, SUM(amount) AS revenue,
            COALESCE(SUM(own_cost), 0) + COALESCE(SUM(CASE WHEN counted THEN version_cost END), 0) AS cost,
            COALESCE(SUM(CASE WHEN counted AND version_cost IS NULL THEN uncosted_lines END), 0) AS uncosted_lines
            {revenue_of_parts}
        FROM {costed} GROUP BY product_id
    )
"""
_OF_WHOLE_DAYS = """
    SELECT sale.product_id, sale.product_category, sale.product_name, sale.currency, sale.dt, sale.last_sold,
        sale.lines, sale.quantity, sale.net_amount, sale.cost_amount, sale.uncosted_quantity, sale.uncosted_lines,
        product_costs.cost, product_costs.currency AS cost_currency
    FROM sales_daily_by_product AS sale
    LEFT JOIN product_costs ON product_costs.product_id = sale.product_id
        AND CAST(sale.dt AS timestamp) >= product_costs.valid_from
        AND CAST(sale.dt AS timestamp) < product_costs.valid_before
    WHERE {days}
"""
_OF_LINES = """
    SELECT sale.product_id, sale.product_category, {product_name} AS product_name,
        sale.currency, sale.dt, MAX(sale."timestamp") AS last_sold, COUNT(*) AS lines,
        CAST(SUM(sale.quantity) AS decimal(38, 10)) AS quantity,
        CAST(SUM(sale.quantity * sale.unit_price - sale.discount) AS decimal(38, 10)) AS net_amount,
        CAST(COALESCE(SUM(sale.quantity * sale.unit_cost), 0) AS decimal(38, 10)) AS cost_amount,
        CAST(COALESCE(SUM(CASE WHEN sale.unit_cost IS NULL THEN sale.quantity END), 0) AS decimal(38, 10))
            AS uncosted_quantity,
        COUNT_IF(sale.unit_cost IS NULL) AS uncosted_lines,
        product_costs.cost, product_costs.currency AS cost_currency
    FROM transactions AS sale
    LEFT JOIN product_costs ON product_costs.product_id = sale.product_id
        AND sale."timestamp" >= product_costs.valid_from AND sale."timestamp" < product_costs.valid_before
    WHERE sale.status = 'completed'
        AND sale."timestamp" >= CAST(:start AS timestamp) AND sale."timestamp" < CAST(:end AS timestamp) AND {days}
    GROUP BY sale.product_id, sale.product_category, sale.currency, sale.dt, product_costs.cost, product_costs.currency
"""
_IN_PARTS = """
    (
        SELECT costed.*,
            CASE WHEN dt >= :first THEN date_diff('day', CAST(:first AS date), CAST(dt AS date)) / :days END AS part
        FROM costed
    ) AS parted
"""
_REVENUE_OF_PART = ", SUM(CASE WHEN part = :number THEN amount END) AS {name}"


def tables_of_sales(days: SourceDays) -> Iterator[str]:
    """Yield the tables that sales are read from."""
    yield from ("product_costs", "exchange_rates", "products")
    if days.whole:
        yield "sales_daily_by_product"
    if days.exact:
        yield "transactions"


def sales(question: ProductQuestion, days: SourceDays, parts: Parts | None, *, reporting_currency: str) -> Statement:
    """Return the WITH queries from lines to `by_product`: totals of each product, and of each part of the range."""
    asked = Days(question.start.date().isoformat(), (question.end - _MOMENT).date().isoformat())
    return sql(
        _SALES,
        sold=union_all(_sold(question, days)),
        rated=with_rates("sold", reporting_currency, days=asked),
        amount=convert("net_amount"),
        own_cost=convert("cost_amount"),
        priced=with_rates("charged", reporting_currency, days=asked),
        version_cost=convert("version_cost"),
        sold_as=_latest(sql("product_name"), sql("last_sold")),
        sold_in=_latest(sql("product_category"), sql("last_sold")),
        revenue_of_parts=join(" ", _revenue_of_parts(parts)),
        costed=_in_parts(parts),
    )


def _sold(question: ProductQuestion, days: SourceDays) -> Iterator[Statement]:
    if days.whole:
        yield sql(_OF_WHOLE_DAYS, days=on_days(days.whole))
    if days.exact:
        yield sql(
            _OF_LINES,
            product_name=_latest(sql("sale.product_name"), sql('sale."timestamp"')),
            start=question.start,
            end=question.end,
            days=on_days(days.exact),
        )


def _latest(column: Statement, moment: Statement) -> Statement:
    """Return the latest non-null value; among simultaneous values, the last in alphabetical order."""
    return sql(
        "SUBSTR(MAX(CAST({moment} AS varchar) || {column}), :start)",
        column=column,
        moment=moment,
        start=Constant(_MOMENT_DIGITS + 1),
    )


def _revenue_of_parts(parts: Parts | None) -> Iterator[Statement]:
    for number in range(parts.count if parts else 0):
        yield sql(_REVENUE_OF_PART, number=Constant(number), name=identifier(f"part_{number}"))


def _in_parts(parts: Parts | None) -> Statement:
    """Return the rows by product, each with its part of the range if there are parts."""
    return sql(_IN_PARTS, first=Constant(parts.first), days=Constant(parts.days)) if parts else sql("costed")
