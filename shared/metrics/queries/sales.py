"""Sale lines and their amounts, summed from a roll-up or from the base table."""

from collections.abc import Callable, Iterator

from shared.athena.sql import EMPTY, Statement, identifier, join, sql, table, union_all
from shared.lake.catalog.rollup_tables import NO_DIMENSION
from shared.metrics.facts import Grain, Measure, Source
from shared.metrics.planner import Plan
from shared.metrics.queries.amounts import NET, Amounts
from shared.metrics.queries.fragments import (
    DAY,
    TIMESTAMP,
    bucketed,
    filter_clause,
    filter_columns,
    in_days,
    in_hours,
    in_intervals,
)
from shared.metrics.question import MetricQuestion

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), bucketed AS (
        {bucketed} {where}
    ), daily AS (
        SELECT period, bucket, currency, {day} AS dt, SUM(lines) AS lines, {aggregates}
        FROM bucketed GROUP BY period, bucket, currency, CAST(moment AS date)
    ), rated AS (
        {rated}
    )
    SELECT period, bucket, {counts}, {reported}
    FROM rated GROUP BY period, bucket
"""
_OF_ROLLUP = """
    SELECT {moment} AS moment, currency, lines, {amounts} {filter_columns}
    FROM {rollup} WHERE {face} lines > 0 AND {units}
"""
_OF_BASE = """
    SELECT "timestamp" AS moment, currency, CAST(1 AS bigint) AS lines, {amounts} {filter_columns}
    FROM {transactions} WHERE status = 'completed' AND {intervals}
"""
_SUMS = {Measure.NET_AMOUNT: sql("SUM")}
_EXTREMES = {Measure.LOWEST_AMOUNT: sql("MIN"), Measure.HIGHEST_AMOUNT: sql("MAX")}


def sales(question: MetricQuestion, plan: Plan, *, reporting_currency: str) -> Statement:
    """Sum the completed lines of a question per range and bucket."""
    amounts = Amounts(question, reporting_currency)
    return sql(
        _STATEMENT,
        lines=union_all(_lines(question, plan)),
        bucketed=bucketed(question),
        where=filter_clause(question),
        day=DAY,
        aggregates=_aggregates(question, identifier),
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        reported=_aggregates(question, amounts.of),
    )


def _lines(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of the rows to sum, with only the columns that the question needs, to reduce scan cost."""
    if plan.parts.rollup:
        yield _of_rollup(question, plan)
    if plan.parts.base:
        nets = (sql("{net} AS {column}", net=NET, column=identifier(each)) for each in _functions(question))
        yield sql(
            _OF_BASE,
            amounts=join(", ", nets),
            filter_columns=filter_columns(question),
            transactions=table(question.metric.fact.base),
            intervals=in_intervals(TIMESTAMP, plan.parts.base),
        )


def _of_rollup(question: MetricQuestion, plan: Plan) -> Statement:
    rollup = question.metric.fact.tables[plan.source]
    hourly, one = rollup.grain is Grain.HOUR, plan.source is Source.BY_DIMENSION
    return sql(
        _OF_ROLLUP,
        moment=sql("hour") if hourly else sql("CAST(dt AS timestamp)"),
        amounts=join(", ", map(identifier, _functions(question))),
        filter_columns=_value_column(question) if one else filter_columns(question),
        rollup=table(rollup.name),
        face=_face(question) if one else EMPTY,
        units=in_hours(plan.parts.rollup) if hourly else in_days(plan.parts.rollup),
    )


def _face(question: MetricQuestion) -> Statement:
    """Return the condition that selects the rows by one dimension or none."""
    return sql("dimension = :dimension AND", dimension=str(next(iter(question.filters), NO_DIMENSION)))


def _value_column(question: MetricQuestion) -> Statement:
    """Return the values of the one dimension under its own name, so that filters apply to them."""
    return join("", (sql(", value AS {column}", column=identifier(dimension)) for dimension in question.filters))


def _aggregates(question: MetricQuestion, amount_of: Callable[[str], Statement]) -> Statement:
    aggregates = (
        sql("{function}({amount}) AS {column}", function=function, amount=amount_of(each), column=identifier(each))
        for each, function in _functions(question).items()
    )
    return join(", ", aggregates)


def _functions(question: MetricQuestion) -> dict[Measure, Statement]:
    """Return the SQL aggregate function of each measure that the question needs."""
    return _EXTREMES if question.asks_for_extremes else _SUMS
