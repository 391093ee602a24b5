"""Sale lines and their amounts, summed from a roll-up or from the base table."""

from collections.abc import Callable, Iterator

from shared.athena.sql import Statement, identifier, join, sql, union_all
from shared.metrics.facts import Measure
from shared.metrics.planner import Plan
from shared.metrics.queries.amounts import NET, Amounts
from shared.metrics.queries.fragments import (
    TIMESTAMP,
    bucketed,
    filter_clause,
    filter_columns,
    in_hours,
    in_intervals,
)
from shared.metrics.queries.rows import MetricStatement
from shared.metrics.question import MetricQuestion

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed} {where}
    ), daily AS (
        SELECT period, bucket, currency, dt, SUM(lines) AS lines, {aggregates}
        FROM bucketed GROUP BY period, bucket, currency, dt
    ), rated AS (
        {rated}
    )
    SELECT period, bucket, {counts}, {reported}
    FROM rated GROUP BY period, bucket
"""
_OF_ROLLUP = """
    SELECT hour AS moment, dt, currency, lines, {amounts} {filter_columns}
    FROM {table} WHERE lines > 0 AND {hours}
"""
_OF_BASE = """
    SELECT "timestamp" AS moment, dt, currency, CAST(1 AS bigint) AS lines, {amounts} {filter_columns}
    FROM transactions WHERE status = 'completed' AND {intervals}
"""
_SUMS = {Measure.NET_AMOUNT: sql("SUM")}
_EXTREMES = {Measure.LOWEST_AMOUNT: sql("MIN"), Measure.HIGHEST_AMOUNT: sql("MAX")}


def sales(question: MetricQuestion, plan: Plan, *, reporting_currency: str) -> MetricStatement:
    """Sum the completed lines of a question per range and bucket."""
    amounts = Amounts(question, reporting_currency)
    statement = sql(
        _STATEMENT,
        lines=union_all(_lines(question, plan)),
        bucketed=bucketed(question),
        where=filter_clause(question),
        aggregates=_aggregates(question, identifier),
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        reported=_aggregates(question, amounts.of),
    )
    return MetricStatement(statement, (*plan.tables(question), *amounts.tables))


def _lines(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of the rows to sum, with only the columns that the question needs, to reduce scan cost."""
    columns = filter_columns(question)
    if plan.parts.rollup:
        yield sql(
            _OF_ROLLUP,
            amounts=join(", ", map(identifier, _functions(question))),
            filter_columns=columns,
            table=identifier(question.metric.fact.tables[plan.source].table_name(question.filters)),
            hours=in_hours(sql("hour"), plan.parts.rollup),
        )
    if plan.parts.base:
        nets = (sql("{net} AS {column}", net=NET, column=identifier(each)) for each in _functions(question))
        intervals = in_intervals(TIMESTAMP, plan.parts.base)
        yield sql(_OF_BASE, amounts=join(", ", nets), filter_columns=columns, intervals=intervals)


def _aggregates(question: MetricQuestion, amount_of: Callable[[str], Statement]) -> Statement:
    aggregates = (
        sql("{function}({amount}) AS {column}", function=function, amount=amount_of(each), column=identifier(each))
        for each, function in _functions(question).items()
    )
    return join(", ", aggregates)


def _functions(question: MetricQuestion) -> dict[Measure, Statement]:
    """Return the SQL aggregate function of each measure that the question needs."""
    return _EXTREMES if question.asks_for_extremes else _SUMS
