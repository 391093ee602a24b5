"""Distinct customers, counted once per bucket and once per range."""

from collections.abc import Iterator

from shared.athena.sql import EMPTY, Statement, sql, table, union_all
from shared.metrics.planner import Plan
from shared.metrics.queries.fragments import (
    TIMESTAMP,
    bucketed,
    filter_clause,
    filter_columns,
    filter_columns_of_base,
    in_days,
    in_intervals,
    lines_of_base,
)
from shared.metrics.question import MetricQuestion

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
    FROM {rollup}
    WHERE bought_lines > 0 AND {days}
"""
_OF_BASE = """
    SELECT "timestamp" AS moment, CAST(1 AS bigint) AS lines, customer_id {filter_columns} {currency}
    FROM {transactions}
    WHERE status = 'completed' AND quantity > 0 AND customer_id IS NOT NULL AND {intervals}
"""


def customers(question: MetricQuestion, plan: Plan) -> Statement:
    """Count purchasing customers per range and bucket, and per range."""
    return sql(
        _STATEMENT,
        lines=union_all(bought_lines(question, plan)),
        bucketed=bucketed(question),
        where=filter_clause(question),
    )


def bought_lines(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of purchased lines, with what the question needs of them."""
    parts, columns = plan.parts, filter_columns(question)
    currency = EMPTY if question.currency is None else sql(", currency")
    if parts.rollup:
        rollup = table(question.metric.fact.tables[plan.source].name)
        yield sql(_OF_ROLLUP, filter_columns=columns, currency=currency, rollup=rollup, days=in_days(parts.rollup))
    if parts.base:
        yield sql(
            _OF_BASE,
            filter_columns=filter_columns_of_base(question),
            currency=currency,
            transactions=lines_of_base(question),
            intervals=in_intervals(TIMESTAMP, parts.base),
        )
