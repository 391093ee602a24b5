"""Distinct customers by value: a customer counts in the group of each value among their lines, and once in the rest."""

from shared.athena.sql import Statement, sql, union_all
from shared.metrics.planner import Plan
from shared.metrics.queries.customers import bought_lines
from shared.metrics.queries.grouped.ranks import bucketed, labelled, of_group
from shared.metrics.question import GroupedQuestion

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed}
    ), units AS (
        SELECT period, label, customer_id, SUM(lines) AS lines FROM bucketed GROUP BY period, label, customer_id
    ), labelled AS (
        {labelled}
    )
    SELECT period, label, SUM(lines) AS lines, COUNT(DISTINCT customer_id) AS customers
    FROM labelled GROUP BY GROUPING SETS ((period, label), (period))
"""


def customers(question: GroupedQuestion, plan: Plan) -> Statement:
    """Count purchasing customers per range and group, and per range."""
    return sql(
        _STATEMENT,
        lines=union_all(bought_lines(question, plan)),
        bucketed=bucketed(question),
        labelled=labelled(question, ["customer_id", "lines"], lambda _: of_group(sql("1"))),
    )
