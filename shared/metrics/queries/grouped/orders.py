"""Orders by value: an order counts in the group of each value among its lines, and once in the rest."""

from shared.athena.sql import Statement, sql, union_all
from shared.metrics.facts import Measure
from shared.metrics.planner import Plan
from shared.metrics.queries.amounts import Amounts
from shared.metrics.queries.fragments import DAY
from shared.metrics.queries.grouped.ranks import bucketed, labelled, of_group
from shared.metrics.queries.orders import order_lines
from shared.metrics.question import GroupedQuestion

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed}
    ), daily AS (
        SELECT period, label, order_id, currency, {day} AS dt, SUM(lines) AS lines, SUM(net_amount) AS net_amount
        FROM bucketed GROUP BY period, label, order_id, currency, CAST(moment AS date)
    ), rated AS (
        {rated}
    ), units AS (
        SELECT period, label, order_id, {counts}, SUM({amount}) AS net_amount
        FROM rated GROUP BY period, label, order_id
    ), labelled AS (
        {labelled}
    ), orders AS (
        SELECT period, label, order_id, SUM(lines) AS lines, SUM(excluded) AS excluded, SUM(net_amount) AS net_amount
        FROM labelled GROUP BY GROUPING SETS ((period, label, order_id), (period, order_id))
    )
    SELECT period, label, SUM(lines) AS lines, SUM(excluded) AS excluded, SUM(net_amount) AS net_amount,
        COUNT(CASE WHEN net_amount > 0 THEN 1 END) AS orders
    FROM orders GROUP BY period, label
"""
_OF_GROUP = {
    Measure.NET_AMOUNT: of_group(sql("net_amount")),
    Measure.ORDERS: of_group(sql("CASE WHEN net_amount > 0 THEN 1 ELSE 0 END")),
}


def orders(question: GroupedQuestion, plan: Plan, *, reporting_currency: str) -> Statement:
    """Sum the lines of orders per range and group, and per range."""
    amounts = Amounts(question, reporting_currency)
    return sql(
        _STATEMENT,
        lines=union_all(order_lines(question, plan)),
        bucketed=bucketed(question),
        day=DAY,
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        amount=amounts.of("net_amount"),
        labelled=labelled(question, ["order_id", "lines", "excluded", "net_amount"], _OF_GROUP.__getitem__),
    )
