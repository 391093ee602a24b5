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
            by_product.sold_in AS category, by_product.lines + by_product.excluded > 0 AS counts,
            CASE WHEN by_product.lines > 0 AND by_product.uncosted_lines = 0
                THEN by_product.revenue - by_product.cost END AS margin
        FROM by_product LEFT JOIN {products} AS known ON known.product_id = by_product.product_id
    ), ranked AS (
        SELECT named.*,
            ROW_NUMBER() OVER (
                ORDER BY CASE WHEN counts THEN 0 ELSE 1 END, {sort_by} DESC NULLS LAST, product_id
            ) AS place,
            SUM(revenue_of_all_categories) OVER () AS all_revenue,
            SUM(lines) OVER () AS all_lines, SUM(excluded) OVER () AS all_excluded,
            SUM(revenue) OVER () AS listed_revenue, SUM(quantity) OVER () AS listed_quantity,
            SUM(CASE WHEN counts THEN margin END) OVER () AS listed_margin,
            SUM(CASE WHEN counts THEN 1 ELSE 0 END) OVER () AS listed_products,
            SUM(CASE WHEN counts AND margin IS NULL THEN 1 ELSE 0 END) OVER () AS marginless_products
        FROM named
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
        sort_by=_COLUMNS[question.sort_by],
        limit=question.limit,
    )
