"""Levels of stock: what the last record of every product and location says at the end of every bucket.

A bucket without records has no row: the level of the one before goes on.
"""

from collections.abc import Iterator

from shared.athena.sql import Statement
from shared.metrics.cut import Cut, cut, tables_of
from shared.metrics.facts import Dimension, Source
from shared.metrics.queries.parts import bucket, days_of, either, joined, one_of, period, within
from shared.metrics.queries.rows import Query, Span
from shared.metrics.question import Question
from shared.records.schema import DataType

_ROLLED = Statement("SELECT product_id, location, moment, quantity_on_hand, records FROM inventory_daily WHERE")
_BASE = Statement("""
    SELECT product_id, location, "timestamp" AS moment, quantity_on_hand, CAST(1 AS bigint) AS records
    FROM inventory WHERE
""")
_LAST = Statement("""
    SELECT product_id, location, period, bucket, MAX(moment) AS moment,
        MAX_BY(quantity_on_hand, moment) AS quantity, SUM(records) AS records
    FROM placed GROUP BY product_id, location, period, bucket
""")
_SUMS = Statement("""
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
_EXTREMES = Statement("""
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


def levels(question: Question, source: Source) -> Query:
    """Tell the stock at the end of every bucket that has records, and of what was before both ranges."""
    parts = cut(question, source)
    statement = joined(
        [
            Statement("WITH lines AS ("), either(list(_lines(parts))),
            Statement("), placed AS ("), _placed(question), *_of_category(question),
            Statement("), latest AS ("), _LAST, Statement(")"),
            _EXTREMES if question.asks_for_extremes else _SUMS,
        ]
    )  # fmt: skip
    tables = tables_of(question, source, parts)
    return Query(statement, (*tables, DataType.PRODUCTS) if question.filters else tables)


def _lines(parts: Cut) -> Iterator[Statement]:
    if parts.rolled:
        yield _ROLLED + days_of(parts.rolled)
    if parts.base:
        yield _BASE + within('"timestamp"', parts.base)


def _placed(question: Question) -> Statement:
    before = Statement("CASE WHEN moment < CAST(? AS timestamp) THEN", (question.previous_start,))
    return joined(
        [
            Statement("SELECT product_id, location, moment, quantity_on_hand, records,"),
            before, Statement("? ELSE", (Span.BEFORE.value,)), period(question), Statement("END AS period,"),
            before, Statement("NULL ELSE"), bucket(question), Statement("END AS bucket FROM lines"),
        ]
    )  # fmt: skip


def _of_category(question: Question) -> Iterator[Statement]:
    """Keep the products that are of one of some categories today."""
    for values in (question.filters[each] for each in (Dimension.PRODUCT_CATEGORY,) if each in question.filters):
        yield Statement("WHERE product_id IN (SELECT product_id FROM products WHERE")
        yield one_of("category", values)
        yield Statement(")")
