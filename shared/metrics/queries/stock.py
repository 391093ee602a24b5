"""Stock levels: the last record of each product and location at the end of each bucket.

A bucket without records has no row, because the level of the bucket before it still applies.
"""

from collections.abc import Iterator

from shared.athena.sql import EMPTY, Statement, sql, table, union_all
from shared.metrics.facts import Dimension
from shared.metrics.planner import Plan
from shared.metrics.queries.fragments import TIMESTAMP, bucket, in_days, in_intervals, one_of, period
from shared.metrics.queries.rows import RangeKind
from shared.metrics.question import MetricQuestion
from shared.records.schema import DataType

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        SELECT product_id, location, moment, quantity_on_hand, records,
            CASE WHEN moment < :previous_start THEN :before ELSE {period} END AS period,
            CASE WHEN moment < :previous_start THEN NULL ELSE {bucket} END AS bucket
        FROM lines {where}
    ), latest AS (
        SELECT product_id, location, period, bucket, MAX(moment) AS moment,
            MAX_BY(quantity_on_hand, moment) AS quantity, SUM(records) AS records
        FROM bucketed GROUP BY product_id, location, period, bucket
    )
    {rest}
"""
_OF_ROLLUP = """
    SELECT product_id, location, moment, quantity_on_hand, records FROM {rollup} WHERE {days}
"""
_OF_BASE = """
    SELECT product_id, location, "timestamp" AS moment, quantity_on_hand, CAST(1 AS bigint) AS records
    FROM {inventory} WHERE {intervals}
"""
_OF_CATEGORIES = "WHERE product_id IN (SELECT product_id FROM {products} WHERE {of_categories})"
_SUMS = sql("""
    , changes AS (
        SELECT period, bucket, moment, records,
            quantity - COALESCE(LAG(quantity) OVER (PARTITION BY product_id, location ORDER BY moment), 0) AS change,
            CASE WHEN LAG(quantity) OVER (PARTITION BY product_id, location ORDER BY moment) IS NULL THEN 1 ELSE 0 END
                AS appeared
        FROM latest
    ), together AS (
        SELECT period, bucket, MIN(moment) AS since, SUM(records) AS records,
            SUM(change) AS change, SUM(appeared) AS appeared
        FROM changes GROUP BY period, bucket
    )
    SELECT period, bucket, records, SUM(change) OVER (ORDER BY since) AS units,
        SUM(appeared) OVER (ORDER BY since) AS product_locations
    FROM together
""")
"""The sum of all levels at the end of each bucket, as the running sum of the changes of each level."""

_EXTREMES = sql("""
    , steps AS (
        SELECT *, DENSE_RANK() OVER (ORDER BY bucket NULLS FIRST, period DESC) AS step FROM latest
    ), stays AS (
        SELECT period, bucket, records, quantity, step,
            COALESCE(LEAD(step) OVER (PARTITION BY product_id, location ORDER BY step), MAX(step) OVER () + 1) - 1
                AS last_step
        FROM steps
    ), spread AS (
        SELECT period, bucket, records, quantity, step, held
        FROM stays
        CROSS JOIN UNNEST(sequence(step / 1000, last_step / 1000)) AS thousands(thousand)
        CROSS JOIN UNNEST(sequence(GREATEST(step, thousand * 1000), LEAST(last_step, thousand * 1000 + 999)))
            AS ones(held)
    )
    SELECT MAX(CASE WHEN held = step THEN period END) AS period, MAX(CASE WHEN held = step THEN bucket END) AS bucket,
        SUM(CASE WHEN held = step THEN records END) AS records, SUM(quantity) AS units,
        COUNT(*) AS product_locations, MIN(quantity) AS lowest_units, MAX(quantity) AS highest_units
    FROM spread GROUP BY held
""")
"""The extremes of all levels at the end of each bucket: each level is repeated for every bucket in which it applies.

`sequence` returns at most 10 000 numbers, so levels are repeated in blocks of a thousand.
"""


def stock(question: MetricQuestion, plan: Plan) -> Statement:
    """Compute the stock at the end of every bucket with records, and at the end of the time before both ranges."""
    return sql(
        _STATEMENT,
        lines=union_all(levels(question, plan)),
        previous_start=question.previous_start,
        before=RangeKind.BEFORE,
        period=period(question),
        bucket=bucket(question),
        where=of_categories(question),
        rest=_EXTREMES if question.asks_for_extremes else _SUMS,
    )


def levels(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of stock records."""
    fact = question.metric.fact
    if plan.parts.rollup:
        yield sql(_OF_ROLLUP, rollup=table(fact.tables[plan.source].name), days=in_days(plan.parts.rollup))
    if plan.parts.base:
        yield sql(_OF_BASE, inventory=table(fact.base), intervals=in_intervals(TIMESTAMP, plan.parts.base))


def of_categories(question: MetricQuestion) -> Statement:
    """Return the condition that selects products that are currently in these categories."""
    values = question.filters.get(Dimension.PRODUCT_CATEGORY)
    if not values:
        return EMPTY
    return sql(_OF_CATEGORIES, products=table(DataType.PRODUCTS), of_categories=one_of("category", values))
