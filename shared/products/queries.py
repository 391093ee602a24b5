"""The SQL of the product report: one statement returns the top products and the totals over all."""

from shared.athena.sql import Statement, sql, table
from shared.products.days import ReportTimes
from shared.products.question import ProductQuestion, SortBy
from shared.products.sales import sales
from shared.products.sessions import visits
from shared.products.stock import stock
from shared.products.trend import Parts
from shared.records.schema import DataType

_STATEMENT = """
    WITH {sales},
    {visits},
    {stock},
    named AS (
        SELECT by_product.*, COALESCE(known.name, by_product.sold_as) AS name,
            COALESCE(known.category, by_product.sold_in) AS category,
            CASE WHEN by_product.uncosted_lines = 0 THEN by_product.revenue - by_product.cost END AS margin
        FROM by_product LEFT JOIN {products} AS known ON known.product_id = by_product.product_id
    ), listed AS (
        SELECT named.*, {in_category} AS in_category FROM named
    ), ranked AS (
        SELECT listed.*, in_category AND lines > 0 AS counts,
            ROW_NUMBER() OVER (
                ORDER BY CASE WHEN in_category AND lines > 0 THEN 0 ELSE 1 END, {sort_by} DESC NULLS LAST, product_id
            ) AS place,
            SUM(revenue) OVER () AS all_revenue,
            SUM(CASE WHEN in_category THEN lines ELSE 0 END) OVER () AS all_lines,
            SUM(CASE WHEN in_category THEN excluded ELSE 0 END) OVER () AS all_excluded,
            SUM(CASE WHEN in_category THEN revenue END) OVER () AS listed_revenue,
            SUM(CASE WHEN in_category THEN quantity END) OVER () AS listed_quantity,
            SUM(CASE WHEN in_category AND lines > 0 THEN margin END) OVER () AS listed_margin,
            SUM(CASE WHEN in_category AND lines > 0 THEN 1 ELSE 0 END) OVER () AS listed_products,
            SUM(CASE WHEN in_category AND lines > 0 AND margin IS NULL THEN 1 ELSE 0 END) OVER () AS marginless_products
        FROM listed
    ), best AS (
        SELECT * FROM ranked WHERE place = 1 OR (counts AND place <= :limit)
    )
    SELECT best.*, visits.viewing_sessions, visits.buying_sessions,
        stock.stocked_since, stock.unvalued_levels, stock.worth_by_time
    FROM best LEFT JOIN visits ON visits.product_id = best.product_id
        LEFT JOIN stock ON stock.product_id = best.product_id
    ORDER BY place
"""
_COLUMNS = {SortBy.REVENUE: sql("revenue"), SortBy.QUANTITY: sql("quantity"), SortBy.MARGIN: sql("margin")}


def query(question: ProductQuestion, times: ReportTimes, parts: Parts | None, *, reporting_currency: str) -> Statement:
    """Return the statement that answers a question, in the reporting currency.

    If anything was sold, the first row always exists: it carries the totals even if no product is listed.
    """
    return sql(
        _STATEMENT,
        sales=sales(question, times.sales, parts, reporting_currency=reporting_currency),
        visits=visits(times.visits),
        stock=stock(question, times.stock, reporting_currency=reporting_currency),
        products=table(DataType.PRODUCTS),
        in_category=_in_category(question.category),
        sort_by=_COLUMNS[question.sort_by],
        limit=question.limit,
    )


def _in_category(category: str | None) -> Statement:
    return sql("true") if category is None else sql("COALESCE(category = :category, false)", category=category)
