"""Distinct customers, counted once per bucket and once per range."""

from collections.abc import Iterator

from shared.athena.sql import EMPTY, Statement, sql, union_all
from shared.metrics.planner import Plan
from shared.metrics.queries.fragments import (
    TIMESTAMP,
    bucketed,
    filter_clause,
    filter_columns,
    in_days,
    in_intervals,
)
from shared.metrics.queries.rows import MetricStatement
from shared.metrics.question import MetricQuestion
from shared.metrics.split import Split

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed} {where}
    ), bought AS (
        SELECT period, bucket, customer_id, SUM(lines) AS lines FROM bucketed GROUP BY period, bucket, customer_id
    )
    SELECT period, bucket, SUM(lines) AS lines, COUNT(DISTINCT customer_id) AS customers
    FROM bought GROUP BY GROUPING SETS ((period, bucket), (period))
"""
_OF_ROLLUP = """
    SELECT CAST(dt AS timestamp) AS moment, bought_lines AS lines, customer_id {filter_columns} {currency}
    FROM sales_daily_by_customer
    WHERE bought_lines > 0 AND {days}
"""
_OF_BASE = """
    SELECT "timestamp" AS moment, CAST(1 AS bigint) AS lines, customer_id {filter_columns} {currency}
    FROM transactions
    WHERE status = 'completed' AND quantity > 0 AND customer_id IS NOT NULL AND {intervals}
"""


def customers(question: MetricQuestion, plan: Plan) -> MetricStatement:
    """Count purchasing customers per range and bucket, and per range."""
    statement = sql(
        _STATEMENT,
        lines=union_all(_lines(question, plan.parts)),
        bucketed=bucketed(question),
        where=filter_clause(question),
    )
    return MetricStatement(statement, tuple(plan.tables(question)))


def _lines(question: MetricQuestion, parts: Split) -> Iterator[Statement]:
    columns = filter_columns(question)
    currency = EMPTY if question.currency is None else sql(", currency")
    if parts.rollup:
        yield sql(_OF_ROLLUP, filter_columns=columns, currency=currency, days=in_days(parts.rollup))
    if parts.base:
        intervals = in_intervals(TIMESTAMP, parts.base)
        yield sql(_OF_BASE, filter_columns=columns, currency=currency, intervals=intervals)
