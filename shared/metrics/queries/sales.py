"""Sale lines and their amounts, summed from a roll-up or from the base table."""

from collections.abc import Callable, Iterator

from shared.athena.sql import EMPTY, Statement, identifier, join, sql, table, union_all
from shared.lake.catalog.rollup_tables import NO_DIMENSION
from shared.metrics.facts import Grain, Measure, Source
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
    in_hours,
    in_intervals,
    lines_of_base,
)
from shared.metrics.question import MetricQuestion
from shared.sales.lines import NET_AMOUNT, SHIPPING, TAX

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
_SUM = sql("SUM")
_AGGREGATES = {
    Measure.NET_AMOUNT: (_SUM, NET_AMOUNT),
    Measure.LOWEST_AMOUNT: (sql("MIN"), NET_AMOUNT),
    Measure.HIGHEST_AMOUNT: (sql("MAX"), NET_AMOUNT),
    Measure.TAX: (_SUM, TAX),
    Measure.SHIPPING: (_SUM, SHIPPING),
}
"""How each amount is aggregated, and what it is of a line."""


def sales(question: MetricQuestion, plan: Plan, *, reporting_currency: str) -> Statement:
    """Sum the completed lines of a question per range and bucket."""
    amounts = Amounts(question, reporting_currency)
    return sql(
        _STATEMENT,
        lines=union_all(sale_lines(question, plan)),
        bucketed=bucketed(question),
        where=filter_clause(question),
        day=DAY,
        aggregates=aggregates(question, identifier),
        rated=amounts.with_rates("daily"),
        counts=amounts.counts,
        reported=aggregates(question, amounts.of),
    )


def sale_lines(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of the rows to sum, with only the columns that the question needs, to reduce scan cost."""
    if plan.parts.rollup:
        yield _of_rollup(question, plan)
    if plan.parts.base:
        amounts = (
            sql("{amount} AS {name}", amount=amount, name=identifier(each)) for each, _, amount in _amounts(question)
        )
        yield sql(
            _OF_BASE,
            amounts=join(", ", amounts),
            filter_columns=filter_columns_of_base(question),
            transactions=lines_of_base(question),
            intervals=in_intervals(TIMESTAMP, plan.parts.base),
        )


def _of_rollup(question: MetricQuestion, plan: Plan) -> Statement:
    rollup = question.metric.fact.tables[plan.source]
    hourly, one = rollup.grain is Grain.HOUR, plan.source is Source.BY_DIMENSION
    return sql(
        _OF_ROLLUP,
        moment=sql("hour") if hourly else sql("CAST(dt AS timestamp)"),
        amounts=join(", ", (identifier(each) for each, _, _ in _amounts(question))),
        filter_columns=_value_column(question) if one else filter_columns(question),
        rollup=table(rollup.name),
        face=_face(question) if one else EMPTY,
        units=in_hours(plan.parts.rollup) if hourly else in_days(plan.parts.rollup),
    )


def _face(question: MetricQuestion) -> Statement:
    """Return the condition that selects the rows by one dimension or none."""
    return sql("dimension = :dimension AND", dimension=next(iter(question.dimensions), NO_DIMENSION))


def _value_column(question: MetricQuestion) -> Statement:
    """Return the values of the one dimension under its own name, so that filters apply to them."""
    return join("", (sql(", value AS {column}", column=identifier(dimension)) for dimension in question.dimensions))


def amounts_of(question: MetricQuestion) -> list[str]:
    """Return the columns of the amounts that the question needs."""
    return [str(each) for each, _, _ in _amounts(question)]


def aggregates(question: MetricQuestion, amount_of: Callable[[str], Statement]) -> Statement:
    """Return the columns that aggregate the amounts that the question needs."""
    columns = (
        sql("{function}({amount}) AS {column}", function=function, amount=amount_of(each), column=identifier(each))
        for each, function, _ in _amounts(question)
    )
    return join(", ", columns)


def _amounts(question: MetricQuestion) -> Iterator[tuple[Measure, Statement, Statement]]:
    """Yield the amounts that the question needs, with their aggregate function and what they are of a line."""
    needed = {question.formula.numerator, question.formula.denominator, *question.metric.supporting_measures}
    yield from ((each, *how) for each, how in _AGGREGATES.items() if each in needed)
