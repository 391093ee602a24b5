"""Sale lines by value; their amounts add up, so a group is one unit."""

from shared.athena.sql import Statement, identifier, sql, union_all
from shared.metrics.planner import Plan
from shared.metrics.queries.amounts import Amounts
from shared.metrics.queries.fragments import DAY
from shared.metrics.queries.grouped.ranks import bucketed, labelled, of_one_unit
from shared.metrics.queries.sales import aggregates, amounts_of, sale_lines
from shared.metrics.question import GroupedQuestion

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed}
    ), daily AS (
        SELECT period, label, currency, {day} AS dt, SUM(lines) AS lines, {aggregates}
        FROM bucketed GROUP BY period, label, currency, CAST(moment AS date)
    ), rated AS (
        {rated}
    ), units AS (
        SELECT period, label, {counts}, {reported} FROM rated GROUP BY period, label
    ), labelled AS (
        {labelled}
    )
    SELECT period, label, SUM(lines) AS lines, SUM(excluded) AS excluded, {aggregates}
    FROM labelled GROUP BY period, label
"""


def sales(question: GroupedQuestion, plan: Plan, *, reporting_currency: str) -> Statement:
    """Sum the completed lines of a question per range and group."""
    amounts = Amounts(question, reporting_currency)
    return sql(
        _STATEMENT,
        lines=union_all(sale_lines(question, plan)),
        bucketed=bucketed(question),
        day=DAY,
        aggregates=aggregates(question, identifier),
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        reported=aggregates(question, amounts.of),
        labelled=labelled(question, ["lines", "excluded", *amounts_of(question)], of_one_unit),
    )
