"""The SQL of a question about products: one statement that tells the best of them and the sums they stand in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.athena.sql import Statement
from shared.products.days import joined, split
from shared.products.question import Question, SortBy
from shared.products.sales import sales, tables_of_sales
from shared.products.stock import days_before, stock, tables_of_stock
from shared.products.trend import Parts
from shared.products.visits import tables_of_visits, visits

_NAMED = """
    SELECT by_product.*, COALESCE(products.name, by_product.sold_as) AS name,
        COALESCE(products.category, by_product.sold_in) AS category,
        CASE WHEN by_product.uncosted_lines = 0 THEN by_product.revenue - by_product.cost END AS margin
    FROM by_product LEFT JOIN products ON products.product_id = by_product.product_id
"""
_ANY_CATEGORY = Statement("SELECT named.*, true AS belongs FROM named")
_ONE_CATEGORY = "SELECT named.*, COALESCE(category = ?, false) AS belongs FROM named"
_RANKED = """
    SELECT listed.*, belongs AND lines > 0 AS counts,
        ROW_NUMBER() OVER (
            ORDER BY CASE WHEN belongs AND lines > 0 THEN 0 ELSE 1 END, {column} DESC NULLS LAST, product_id
        ) AS place,
        SUM(revenue) OVER () AS all_revenue,
        SUM(CASE WHEN belongs THEN lines ELSE 0 END) OVER () AS all_lines,
        SUM(CASE WHEN belongs THEN excluded ELSE 0 END) OVER () AS all_excluded,
        SUM(CASE WHEN belongs THEN revenue END) OVER () AS listed_revenue,
        SUM(CASE WHEN belongs THEN quantity END) OVER () AS listed_quantity,
        SUM(CASE WHEN belongs AND lines > 0 THEN margin END) OVER () AS listed_margin,
        SUM(CASE WHEN belongs AND lines > 0 THEN 1 ELSE 0 END) OVER () AS listed_products,
        SUM(CASE WHEN belongs AND lines > 0 AND margin IS NULL THEN 1 ELSE 0 END) OVER () AS marginless_products
    FROM listed
"""
_COLUMNS = {SortBy.REVENUE: "revenue", SortBy.QUANTITY: "quantity", SortBy.MARGIN: "margin"}
_BEST = "SELECT * FROM ranked WHERE place = 1 OR (counts AND place <= ?)"
_WITH_THE_REST = """
    SELECT best.*, visits.viewing_sessions, visits.buying_sessions,
        stock.stocked_since, stock.unvalued_levels, stock.worth_by_time
    FROM best LEFT JOIN visits ON visits.product_id = best.product_id
        LEFT JOIN stock ON stock.product_id = best.product_id
    ORDER BY place
"""


@dataclass(frozen=True)
class Known:
    """What is to be known of the lake before it is asked.

    `cost_days` are the days within which the cost of some product changed, so that only lines tell what was sold at
    which; `stocked_since` is the first day with a record of stock, None if there is none.
    """

    cost_days: Collection[str]
    stocked_since: datetime | None


@dataclass(frozen=True)
class Plan:
    """A statement and every table that it reads."""

    statement: Statement
    tables: Sequence[str]


def plan(question: Question, parts: Parts | None, known: Known, *, reporting_currency: str) -> Plan:
    """Write the statement that answers a question, in the reporting currency.

    The first row is always there if anything was sold: it carries the sums, even where no product is to be listed.
    """
    sold, edges = split(question.start, question.end, known.cost_days), split(question.start, question.end)
    before = days_before(question, known.stocked_since)
    queries = [
        *sales(question, sold, parts, reporting_currency=reporting_currency),
        *visits(question, edges),
        *stock(question, edges, before, reporting_currency=reporting_currency),
        Statement(f"named AS ({_NAMED})"),
        Statement("listed AS (") + _listed(question.category) + Statement(")"),
        Statement(f"ranked AS ({_RANKED.format(column=_COLUMNS[question.sort_by])})"),
        Statement(f"best AS ({_BEST})", (question.limit,)),
    ]
    tables = {*tables_of_sales(sold), *tables_of_visits(edges), *tables_of_stock(edges, before)}
    return Plan(Statement("WITH") + joined(queries, by=",") + Statement(_WITH_THE_REST), sorted(tables))


def _listed(category: str | None) -> Statement:
    return _ANY_CATEGORY if category is None else Statement(_ONE_CATEGORY, (category,))
