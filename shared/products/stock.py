"""The SQL of the time-weighted stock value of products over a range.

The last record of a day for a product and location applies until the next day with a record. A range that begins or
ends within a day splits that day at the boundary. The value of a record is its quantity x its unit cost, or 0 if it
is oversold: goods that are not there have no value. A unit cost in the record is in the reporting currency, because
inventory records have no currency; otherwise the cost of the product version of that moment applies, at that day's
exchange rate.
"""

from collections.abc import Iterator

from shared.athena.literals import CurrencyCode
from shared.athena.sql import Statement, sql, table, union_all
from shared.currency.conversion import convert, with_rates
from shared.lake.catalog.rollup_tables import INVENTORY_DAILY, PRODUCT_COSTS
from shared.metrics.queries.fragments import TIMESTAMP, in_days, in_intervals
from shared.metrics.split import Split
from shared.products.question import ProductQuestion
from shared.records.schema import DataType

_STOCK = """
    levels AS (
        {levels}
    ), valued_levels AS (
        SELECT levels.product_id, levels.location, levels.moment, levels.dt, levels.quantity_on_hand,
            CAST(levels.quantity_on_hand * COALESCE(levels.unit_cost, version.cost) AS decimal(38, 10)) AS worth,
            CASE WHEN levels.unit_cost IS NULL THEN version.currency ELSE :reporting_currency END AS currency
        FROM levels LEFT JOIN {product_costs} AS version ON version.product_id = levels.product_id
            AND levels.moment >= version.valid_from AND levels.moment < version.valid_before
    ), priced_levels AS (
        {priced_levels}
    ), held AS (
        SELECT product_id, CASE WHEN quantity_on_hand <= 0 THEN 0 ELSE {worth} END AS worth,
            GREATEST(moment, :start) AS held_since,
            LEAST(
                COALESCE(
                    LEAD(moment) OVER (PARTITION BY product_id, location ORDER BY moment), :end
                ),
                :end
            ) AS held_until
        FROM priced_levels
    ), stock AS (
        SELECT product_id, MIN(held_since) AS stocked_since, COUNT_IF(worth IS NULL) AS unvalued_levels,
            SUM(CAST(worth AS double) * date_diff('millisecond', held_since, held_until)) AS worth_by_time
        FROM held WHERE held_since < held_until GROUP BY product_id
    )
"""
_OF_WHOLE_DAYS = """
    SELECT product_id, location, moment, quantity_on_hand, unit_cost, dt FROM {inventory_daily} WHERE {days}
"""
_OF_RECORDS = """
    SELECT product_id, location, MAX(moment) AS moment, max_by(quantity_on_hand, moment) AS quantity_on_hand,
        max_by(unit_cost, moment) AS unit_cost, dt
    FROM (
        SELECT product_id, location, "timestamp" AS moment, quantity_on_hand, unit_cost,
            CAST(CAST("timestamp" AS date) AS varchar) AS dt, "timestamp" >= :start AS begun
        FROM {inventory} WHERE {intervals}
    ) AS counted
    GROUP BY product_id, location, dt, begun
"""


def stock(question: ProductQuestion, time: Split, *, reporting_currency: str) -> Statement:
    """Return the WITH queries from levels to `stock`: one row for each product with a level in the range."""
    return sql(
        _STOCK,
        levels=union_all(_levels(question, time)),
        product_costs=table(PRODUCT_COSTS.name),
        reporting_currency=CurrencyCode(reporting_currency),
        priced_levels=with_rates("valued_levels", reporting_currency),
        worth=convert("worth"),
        start=question.start,
        end=question.end,
    )


def _levels(question: ProductQuestion, time: Split) -> Iterator[Statement]:
    if time.rollup:
        yield sql(_OF_WHOLE_DAYS, inventory_daily=table(INVENTORY_DAILY.name), days=in_days(time.rollup))
    if time.base:
        yield sql(
            _OF_RECORDS,
            start=question.start,
            inventory=table(DataType.INVENTORY),
            intervals=in_intervals(TIMESTAMP, time.base),
        )
