"""The SQL of what products sold: lines of the range by product, in the reporting currency, with what they cost."""

from collections.abc import Iterator
from datetime import timedelta

from shared.athena.sql import Statement
from shared.currency.conversion import Days, converted, with_rates
from shared.products.days import Split, joined, within
from shared.products.question import Question
from shared.products.trend import Parts

_MOMENT = timedelta(milliseconds=1)
_MOMENT_DIGITS = len("2025-01-31 12:00:00.000")
_VERSION = """
    LEFT JOIN product_costs ON product_costs.product_id = sale.product_id
        AND {moment} >= product_costs.valid_from AND {moment} < product_costs.valid_before
"""


def latest(column: str, moment: str) -> str:
    """What the latest row says that says something; of several at one moment, the alphabet's last."""
    return f"SUBSTR(MAX(CAST({moment} AS varchar) || {column}), {_MOMENT_DIGITS + 1})"


_OF_WHOLE_DAYS = f"""
    SELECT sale.product_id, sale.product_category, sale.product_name, sale.currency, sale.dt, sale.last_sold,
        sale.lines, sale.quantity, sale.net_amount, sale.cost_amount, sale.uncosted_quantity, sale.uncosted_lines,
        product_costs.cost, product_costs.currency AS cost_currency
    FROM sales_daily_by_product AS sale
    {_VERSION.format(moment="CAST(sale.dt AS timestamp)")}
    WHERE
"""  # noqa: S608 - names of this project's own; values travel as parameters
_OF_LINES = f"""
    SELECT sale.product_id, sale.product_category, {latest("sale.product_name", 'sale."timestamp"')} AS product_name,
        sale.currency, sale.dt, MAX(sale."timestamp") AS last_sold, COUNT(*) AS lines,
        CAST(SUM(sale.quantity) AS decimal(38, 10)) AS quantity,
        CAST(SUM(sale.quantity * sale.unit_price - sale.discount) AS decimal(38, 10)) AS net_amount,
        CAST(COALESCE(SUM(sale.quantity * sale.unit_cost), 0) AS decimal(38, 10)) AS cost_amount,
        CAST(COALESCE(SUM(CASE WHEN sale.unit_cost IS NULL THEN sale.quantity END), 0) AS decimal(38, 10))
            AS uncosted_quantity,
        COUNT_IF(sale.unit_cost IS NULL) AS uncosted_lines,
        product_costs.cost, product_costs.currency AS cost_currency
    FROM transactions AS sale
    {_VERSION.format(moment='sale."timestamp"')}
    WHERE sale.status = 'completed'
        AND sale."timestamp" >= CAST(? AS timestamp) AND sale."timestamp" < CAST(? AS timestamp) AND
"""  # noqa: S608 - names of this project's own; values travel as parameters
_ONE_ROW_A_DAY = """
    GROUP BY sale.product_id, sale.product_category, sale.currency, sale.dt, product_costs.cost, product_costs.currency
"""
_IN_REPORTING_CURRENCY = f"""
    SELECT product_id, product_category, product_name, last_sold, dt, lines, quantity, uncosted_lines,
        rate IS NOT NULL AS counted, {converted("net_amount")} AS amount, {converted("cost_amount")} AS own_cost,
        CAST(uncosted_quantity AS decimal(28, 4)) * cost AS version_cost, cost_currency AS currency
    FROM rated
"""  # noqa: S608 - names of this project's own; values travel as parameters
_WITH_COSTS = f"""
    SELECT product_id, product_category, product_name, last_sold, dt, lines, quantity, counted, amount, own_cost,
        uncosted_lines, {converted("version_cost")} AS version_cost
    FROM priced
"""  # noqa: S608 - names of this project's own; values travel as parameters
_BY_PRODUCT = f"""
    SELECT product_id, {latest("product_name", "last_sold")} AS sold_as,
        {latest("product_category", "last_sold")} AS sold_in,
        COALESCE(SUM(CASE WHEN counted THEN lines END), 0) AS lines,
        COALESCE(SUM(CASE WHEN NOT counted THEN lines END), 0) AS excluded,
        SUM(CASE WHEN counted THEN quantity END) AS quantity, SUM(amount) AS revenue,
        COALESCE(SUM(own_cost), 0) + COALESCE(SUM(CASE WHEN counted THEN version_cost END), 0) AS cost,
        COALESCE(SUM(CASE WHEN counted AND version_cost IS NULL THEN uncosted_lines END), 0) AS uncosted_lines
"""
_PARTED = """
    SELECT costed.*, CASE WHEN dt >= ? THEN date_diff('day', CAST(? AS date), CAST(dt AS date)) / ? END AS part
    FROM costed
"""


def tables_of_sales(days: Split) -> Iterator[str]:
    """The tables that sales are read from."""
    yield from ("product_costs", "exchange_rates", "products")
    if days.whole:
        yield "sales_daily_by_product"
    if days.exact:
        yield "transactions"


def sales(question: Question, days: Split, parts: Parts | None, *, reporting_currency: str) -> Iterator[Statement]:
    """The WITH queries from lines to `by_product`: sums of each product, and of each part of the range."""
    asked = Days(question.start.date().isoformat(), (question.end - _MOMENT).date().isoformat())
    yield Statement("sold AS (") + _sold(question, days) + Statement(")")
    yield Statement("rated AS (") + with_rates("sold", reporting_currency, days=asked) + Statement(")")
    yield Statement(f"charged AS ({_IN_REPORTING_CURRENCY})")
    yield Statement("priced AS (") + with_rates("charged", reporting_currency, days=asked) + Statement(")")
    yield Statement("costed AS (") + Statement(_WITH_COSTS) + Statement(")")
    yield Statement("by_product AS (") + _by_product(parts) + Statement(")")


def _sold(question: Question, days: Split) -> Statement:
    found = []
    if days.whole:
        found.append(Statement(_OF_WHOLE_DAYS) + within(days.whole))
    if days.exact:
        moments = Statement(_OF_LINES, (question.start, question.end))
        found.append(moments + within(days.exact) + Statement(_ONE_ROW_A_DAY))
    return joined(found, by="UNION ALL")


def _by_product(parts: Parts | None) -> Statement:
    if parts is None:
        return Statement(f"{_BY_PRODUCT} FROM costed GROUP BY product_id")
    first = parts.first.isoformat()
    sums = "".join(f", SUM(CASE WHEN part = {n} THEN amount END) AS part_{n}" for n in range(parts.count))
    parted = Statement(_PARTED, (first, first, parts.days))
    return Statement(f"{_BY_PRODUCT} {sums} FROM (") + parted + Statement(") AS parted GROUP BY product_id")
