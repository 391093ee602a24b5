"""Sessions: their start, whether they include a purchase, and whether their events match the filters.

A session is assumed to last at most one day, so reading one more UTC day on either side finds all of its events.
"""

from collections.abc import Iterator
from datetime import timedelta

from shared.athena.sql import Constant, Statement, identifier, join, sql
from shared.metrics.facts import Source
from shared.metrics.planner import Plan
from shared.metrics.queries.fragments import bucketed, filter_columns, on_days, one_of
from shared.metrics.queries.rows import MetricStatement
from shared.metrics.question import MetricQuestion
from shared.metrics.split import Interval

_LONGEST = timedelta(days=1)
_STATEMENT = """
    WITH steps AS (
        SELECT {columns} {filter_columns} FROM {table} WHERE {days}
    ), lines AS (
        SELECT session_id, MIN(seen) AS moment, SUM(events) AS events, SUM(purchases) AS purchases
        FROM steps GROUP BY session_id
        HAVING MIN(seen) >= CAST(:start AS timestamp) AND MIN(seen) < CAST(:end AS timestamp) {matching}
    ), bucketed AS (
        {bucketed}
    )
    SELECT period, bucket, SUM(events) AS events, COUNT(*) AS sessions,
        COUNT(CASE WHEN purchases > 0 THEN 1 END) AS purchasing_sessions
    FROM bucketed GROUP BY period, bucket
"""
_COLUMNS = {
    Source.ROLLUP: sql("session_id, first_moment AS seen, events, purchases"),
    Source.BASE: sql("""
        session_id, "timestamp" AS seen, CAST(1 AS bigint) AS events,
        CASE WHEN event_type = 'purchase' THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS purchases
    """),
}


def sessions(question: MetricQuestion, plan: Plan) -> MetricStatement:
    """Count the sessions that start in each bucket, and how many of them include a purchase."""
    table = question.metric.fact.tables[plan.source].name
    statement = sql(
        _STATEMENT,
        columns=_COLUMNS[plan.source],
        filter_columns=filter_columns(question),
        table=identifier(table),
        days=on_days([Interval(question.previous_start - _LONGEST, question.end + _LONGEST)]),
        start=Constant(question.previous_start),
        end=Constant(question.end),
        matching=join(" ", _matching(question)),
        bucketed=bucketed(question),
    )
    return MetricStatement(statement, (table,))


def _matching(question: MetricQuestion) -> Iterator[Statement]:
    """Yield the conditions that a session matches every filter by at least one of its events."""
    for dimension, values in question.filters.items():
        yield sql("AND COUNT(CASE WHEN {matches} THEN 1 END) > 0", matches=one_of(dimension, values))
