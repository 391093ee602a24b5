"""Orders: lines are summed by order, and orders are counted once per bucket and once per range."""

from shared.athena.sql import sql
from shared.metrics.planner import Plan
from shared.metrics.queries.amounts import NET, Amounts
from shared.metrics.queries.fragments import TIMESTAMP, bucketed, filter_clause, filter_columns, in_intervals
from shared.metrics.queries.rows import MetricStatement
from shared.metrics.question import MetricQuestion

_STATEMENT = """
    WITH lines AS (
        SELECT "timestamp" AS moment, dt, currency, order_id, {net} AS net_amount {filter_columns}
        FROM transactions WHERE status = 'completed' AND {intervals}
    ), bucketed AS (
        {bucketed} {where}
    ), daily AS (
        SELECT period, bucket, order_id, currency, dt, COUNT(*) AS lines, SUM(net_amount) AS net_amount
        FROM bucketed GROUP BY period, bucket, order_id, currency, dt
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


def orders(question: MetricQuestion, plan: Plan, *, reporting_currency: str) -> MetricStatement:
    """Sum the lines of orders per range and bucket, and per range, because an order counts once in each."""
    amounts = Amounts(question, reporting_currency)
    statement = sql(
        _STATEMENT,
        net=NET,
        filter_columns=filter_columns(question),
        intervals=in_intervals(TIMESTAMP, plan.parts.base),
        bucketed=bucketed(question),
        where=filter_clause(question),
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        amount=amounts.of("net_amount"),
    )
    return MetricStatement(statement, (*plan.tables(question), *amounts.tables))
