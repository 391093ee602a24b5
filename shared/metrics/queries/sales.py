"""Sale lines and their amounts: added up from the cube, from one of its faces, or from the lines themselves."""

from collections.abc import Iterable, Iterator, Sequence

from shared.athena.sql import Statement
from shared.metrics.cut import Cut, Stretch, cut, tables_of
from shared.metrics.facts import Measure, Source
from shared.metrics.queries.amounts import NET, Amounts
from shared.metrics.queries.parts import either, filtered, hours_of, joined, placed, told_of, within
from shared.metrics.queries.rows import Query
from shared.metrics.question import Question

_SUMS = {Measure.NET_AMOUNT: "SUM"}
_BY_DAY = Statement("SELECT period, bucket, currency, dt, SUM(lines) AS lines,")
_OF_PLACED = Statement("FROM placed GROUP BY period, bucket, currency, dt")
_OF_RATED = Statement("FROM rated GROUP BY period, bucket")
_EXTREMES = {Measure.LOWEST_AMOUNT: "MIN", Measure.HIGHEST_AMOUNT: "MAX"}


def sales(question: Question, source: Source, *, reporting_currency: str) -> Query:
    """Add up the completed lines that a question is about, per period and bucket."""
    amounts, parts = Amounts(question, reporting_currency), cut(question, source)
    told = _EXTREMES if question.asks_for_extremes else _SUMS
    added = ", ".join(f"{function}({column}) AS {column}" for column, function in told.items())
    reported = ", ".join(f"{function}({amounts.of(column)}) AS {column}" for column, function in told.items())
    statement = joined(
        [
            Statement("WITH lines AS ("), either(list(_lines(question, source, parts))),
            Statement("), placed AS ("), placed(question), *filtered(question),
            Statement("), daily AS ("), _BY_DAY, Statement(added), _OF_PLACED,
            Statement("), rated AS ("), amounts.rated("daily"),
            Statement(f") SELECT period, bucket, {amounts.counts}, {reported}"), _OF_RATED,
        ]
    )  # fmt: skip
    return Query(statement, (*tables_of(question, source, parts), *amounts.tables))


def _lines(question: Question, source: Source, parts: Cut) -> Iterator[Statement]:
    """The rows that are added up, with no column that the question does not need: columns are what a scan costs."""
    told = _EXTREMES if question.asks_for_extremes else _SUMS
    if parts.rolled:
        yield joined(_rolled(question, source, parts.rolled, ("currency", "lines", *told)))
    if parts.base:
        columns = ", ".join((*(f"{NET} AS {each}" for each in told), *told_of(question)))
        yield joined(
            [
                Statement(f'SELECT "timestamp" AS moment, dt, currency, CAST(1 AS bigint) AS lines, {columns}'),
                Statement("FROM transactions WHERE status = 'completed' AND"),
                within('"timestamp"', parts.base),
            ]
        )


def _rolled(
    question: Question, source: Source, stretches: Sequence[Stretch], columns: Iterable[str]
) -> Iterator[Statement]:
    table = question.metric.fact.tables[source].called(question.filters)
    yield Statement(f"SELECT hour AS moment, dt, {', '.join((*columns, *told_of(question)))}")
    yield Statement(f"FROM {table} WHERE lines > 0 AND")
    yield hours_of("hour", stretches)
