"""Orders: lines are summed by order, and orders are counted once per bucket and once per range."""

from collections.abc import Iterator

from shared.athena.sql import Statement, sql, table, union_all
from shared.metrics.planner import Plan
from shared.metrics.queries.amounts import Amounts
from shared.metrics.queries.fragments import (
    DAY,
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
from shared.sales.lines import NET_AMOUNT

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed} {where}
    ), daily AS (
        SELECT period, bucket, order_id, currency, {day} AS dt, SUM(lines) AS lines, SUM(net_amount) AS net_amount
        FROM bucketed GROUP BY period, bucket, order_id, currency, CAST(moment AS date)
    ), rated AS (
        {rated}
    ), orders AS (
        SELECT period, bucket, order_id, {counts}, SUM({amount}) AS net_amount
        FROM rated GROUP BY GROUPING SETS ((period, bucket, order_id), (period, order_id))
    )
    SELECT period, bucket, SUM(lines) AS lines, SUM(excluded) AS excluded, SUM(net_amount) AS net_amount,
        COUNT(CASE WHEN net_amount > 0 THEN 1 END) AS orders
    FROM orders GROUP BY period, bucket
"""
_OF_ROLLUP = """
    SELECT CAST(dt AS timestamp) AS moment, currency, order_id, lines, net_amount {filter_columns}
    FROM {rollup} WHERE {days}
"""
_OF_BASE = """
    SELECT "timestamp" AS moment, currency, order_id, CAST(1 AS bigint) AS lines, {net} AS net_amount {filter_columns}
    FROM {transactions} WHERE status = 'completed' AND {intervals}
"""


def orders(question: MetricQuestion, plan: Plan, *, reporting_currency: str) -> Statement:
    """Sum the lines of orders per range and bucket, and per range, because an order counts once in each."""
    amounts = Amounts(question, reporting_currency)
    return sql(
        _STATEMENT,
        lines=union_all(order_lines(question, plan)),
        bucketed=bucketed(question),
        where=filter_clause(question),
        day=DAY,
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        amount=amounts.of("net_amount"),
    )


def order_lines(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of lines with their orders, with what the question needs of them."""
    if plan.parts.rollup:
        rollup = table(question.metric.fact.tables[plan.source].name)
        columns = filter_columns(question)
        yield sql(_OF_ROLLUP, filter_columns=columns, rollup=rollup, days=in_days(plan.parts.rollup))
    if plan.parts.base:
        intervals = in_intervals(TIMESTAMP, plan.parts.base)
        yield sql(
            _OF_BASE,
            net=NET_AMOUNT,
            filter_columns=filter_columns_of_base(question),
            transactions=lines_of_base(question),
            intervals=intervals,
        )
