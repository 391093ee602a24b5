"""The SQL of product sales: lines of the range by product, with amounts and costs in the reporting currency."""

from collections.abc import Iterator

from shared.athena.flags import flagged
from shared.athena.literals import DayText
from shared.athena.sql import Statement, identifier, join, sql, table, union_all
from shared.currency.conversion import Days, convert, with_rates
from shared.lake.catalog.rollup_tables import PRODUCT_COSTS, SALES_DAILY_BY_PRODUCT
from shared.metrics.queries.fragments import TIMESTAMP, day, in_days, in_intervals
from shared.metrics.split import LAST_MOMENT, Split
from shared.products.question import ProductQuestion
from shared.products.trend import Parts
from shared.sales.lines import CATEGORY, NET_AMOUNT, SHIPPING, TAX, categorised_lines

_SALES = """
    sold AS (
        {sold}
    ), rated AS (
        {rated}
    ), charged AS (
        SELECT product_id, product_category, product_name, last_sold, dt, lines, quantity, uncosted_lines,
            listed, rate IS NOT NULL AS counted, {amount} AS amount, {tax} AS tax, {shipping} AS shipping,
            {own_cost} AS own_cost,
            CAST(uncosted_quantity AS decimal(28, 4)) * cost AS version_cost, cost_currency AS currency
        FROM rated {of_category}
    ), priced AS (
        {priced}
    ), costed AS (
        SELECT product_id, product_category, product_name, last_sold, dt, lines, quantity, listed, counted, amount,
            tax, shipping, own_cost, uncosted_lines, {version_cost} AS version_cost
        FROM priced
    ), by_product AS (
        SELECT product_id, {sold_as} AS sold_as, {sold_in} AS sold_in,
            COALESCE(SUM(CASE WHEN listed AND counted THEN lines END), 0) AS lines,
            COALESCE(SUM(CASE WHEN listed AND NOT counted THEN lines END), 0) AS excluded,
            SUM(CASE WHEN listed THEN quantity END) AS quantity,
            COALESCE(SUM(CASE WHEN listed THEN amount END), 0) AS revenue, SUM(amount) AS revenue_of_all_categories,
            SUM(CASE WHEN listed THEN tax END) AS tax, SUM(CASE WHEN listed THEN shipping END) AS shipping,
            COALESCE(SUM(CASE WHEN listed THEN own_cost END), 0)
                + COALESCE(SUM(CASE WHEN listed AND counted THEN version_cost END), 0) AS cost,
            COALESCE(SUM(CASE WHEN listed AND counted AND version_cost IS NULL THEN uncosted_lines END), 0)
                AS uncosted_lines
            {revenue_of_parts}
        FROM {costed} GROUP BY product_id
    )
"""
_OF_WHOLE_DAYS = """
    SELECT sale.product_id, sale.product_category, sale.product_name, sale.currency, sale.dt, sale.last_sold,
        sale.lines, sale.quantity, sale.net_amount, sale.tax, sale.shipping, sale.cost_amount, sale.uncosted_quantity,
        sale.uncosted_lines,
        version.cost, version.currency AS cost_currency
    FROM {sales_daily_by_product} AS sale
    LEFT JOIN {product_costs} AS version ON version.product_id = sale.product_id
        AND CAST(sale.dt AS timestamp) >= version.valid_from AND CAST(sale.dt AS timestamp) < version.valid_before
    WHERE {days}
"""
_OF_LINES = """
    SELECT sale.product_id, sale.product_category, {product_name} AS product_name,
        sale.currency, sale.dt, MAX(sale.moment) AS last_sold, COUNT(*) AS lines,
        CAST(SUM(sale.quantity) AS decimal(38, 10)) AS quantity,
        CAST(SUM(sale.net_amount) AS decimal(38, 10)) AS net_amount,
        CAST(SUM(sale.tax) AS decimal(38, 10)) AS tax, CAST(SUM(sale.shipping) AS decimal(38, 10)) AS shipping,
        CAST(COALESCE(SUM(sale.quantity * sale.unit_cost), 0) AS decimal(38, 10)) AS cost_amount,
        CAST(COALESCE(SUM(CASE WHEN sale.unit_cost IS NULL THEN sale.quantity END), 0) AS decimal(38, 10))
            AS uncosted_quantity,
        COUNT_IF(sale.unit_cost IS NULL) AS uncosted_lines,
        version.cost, version.currency AS cost_currency
    FROM (
        SELECT product_id, {category} AS product_category, product_name, currency, quantity, unit_cost,
            {net_amount} AS net_amount, {tax} AS tax, {shipping} AS shipping,
            "timestamp" AS moment, CAST(CAST("timestamp" AS date) AS varchar) AS dt
        FROM {lines} WHERE status = 'completed' AND {intervals}
    ) AS sale
    LEFT JOIN {product_costs} AS version ON version.product_id = sale.product_id
        AND sale.moment >= version.valid_from AND sale.moment < version.valid_before
    GROUP BY sale.product_id, sale.product_category, sale.currency, sale.dt, version.cost, version.currency
"""
_IN_PARTS = """
    (
        SELECT costed.*,
            CASE WHEN dt >= :first_day THEN date_diff('day', :first, CAST(dt AS date)) / :days END AS part
        FROM costed
    ) AS parted
"""
_REVENUE_OF_PART = ", SUM(CASE WHEN listed AND part = :number THEN amount END) AS {name}"


def sales(question: ProductQuestion, time: Split, parts: Parts | None, *, reporting_currency: str) -> Statement:
    """Return the WITH queries from lines to `by_product`: totals of each product, and of each part of the range.

    They are totals of the lines of the category of the question. A line without a category has that of the catalogue.
    """
    asked = Days(day(question.start), day(question.end - LAST_MOMENT))
    return sql(
        _SALES,
        sold=union_all(_sold(time)),
        rated=with_rates("sold", reporting_currency, days=asked),
        of_category=_of_category(question.category),
        amount=convert("net_amount"),
        tax=convert("tax"),
        shipping=convert("shipping"),
        own_cost=convert("cost_amount"),
        priced=with_rates("charged", reporting_currency, days=asked),
        version_cost=convert("version_cost"),
        sold_as=_latest(sql("product_name"), sql("last_sold")),
        sold_in=_latest(sql("CASE WHEN listed THEN product_category END"), sql("last_sold")),
        revenue_of_parts=join(" ", _revenue_of_parts(parts)),
        costed=_in_parts(parts),
    )


def _of_category(category: str | None) -> Statement:
    """Return what follows the lines after FROM, so that they have `listed`: whether they are of the category."""
    if category is None:
        return sql("CROSS JOIN (VALUES (TRUE)) AS listed_values (listed)")
    return flagged({"listed": sql("product_category = :category", category=category)})


def _sold(time: Split) -> Iterator[Statement]:
    costs = table(PRODUCT_COSTS.name)
    if time.rollup:
        yield sql(
            _OF_WHOLE_DAYS,
            sales_daily_by_product=table(SALES_DAILY_BY_PRODUCT.name),
            product_costs=costs,
            days=in_days(time.rollup),
        )
    if time.base:
        yield sql(
            _OF_LINES,
            product_name=_latest(sql("sale.product_name"), sql("sale.moment")),
            category=CATEGORY,
            net_amount=NET_AMOUNT,
            tax=TAX,
            shipping=SHIPPING,
            lines=categorised_lines(),
            intervals=in_intervals(TIMESTAMP, time.base),
            product_costs=costs,
        )


def _latest(column: Statement, moment: Statement) -> Statement:
    """Return the latest non-null value; among simultaneous values, the last in alphabetical order.

    All moments of a column have the same number of digits as text, so their text is in the order of time.
    """
    return sql("MAX_BY({column}, CAST({moment} AS varchar) || {column})", column=column, moment=moment)


def _revenue_of_parts(parts: Parts | None) -> Iterator[Statement]:
    for number in range(parts.count if parts else 0):
        yield sql(_REVENUE_OF_PART, number=number, name=identifier(f"part_{number}"))


def _in_parts(parts: Parts | None) -> Statement:
    """Return the rows by product, each with its part of the range if there are parts."""
    if parts is None:
        return sql("costed")
    return sql(_IN_PARTS, first_day=DayText(parts.first), first=parts.first, days=parts.days)
