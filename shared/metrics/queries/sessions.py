"""Sessions: their start, whether they include a purchase, and whether their events match the filters.

A session is assumed to last at most one day, so reading one more UTC day on either side finds all of its events.
"""

from collections.abc import Iterator

from shared.athena.flags import flagged
from shared.athena.sql import EMPTY, Statement, identifier, join, sql, table, union_all
from shared.metrics.facts import Dimension
from shared.metrics.planner import Plan
from shared.metrics.queries.fragments import TIMESTAMP, bucketed, filter_columns, in_days, in_intervals, one_of
from shared.metrics.question import MetricQuestion

_STATEMENT = """
    WITH steps AS (
        {steps}
    ), lines AS (
        SELECT session_id, MIN(seen) AS moment, SUM(events) AS events, SUM(purchases) AS purchases
        FROM steps {flags} GROUP BY session_id
        HAVING MIN(seen) >= :start AND MIN(seen) < :end {matching}
    ), bucketed AS (
        {bucketed}
    )
    SELECT period, bucket, SUM(events) AS events, COUNT(*) AS sessions,
        COUNT(CASE WHEN purchases > 0 THEN 1 END) AS purchasing_sessions
    FROM bucketed GROUP BY period, bucket
"""
_OF_ROLLUP = """
    SELECT session_id, first_moment AS seen, events, purchases {filter_columns}
    FROM {rollup} WHERE {days}
"""
_OF_BASE = """
    SELECT session_id, "timestamp" AS seen, CAST(1 AS bigint) AS events,
        CASE WHEN event_type = 'purchase' THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS purchases
        {filter_columns}
    FROM {events} WHERE {intervals}
"""


def sessions(question: MetricQuestion, plan: Plan) -> Statement:
    """Count the sessions that start in each bucket, and how many of them include a purchase."""
    return sql(
        _STATEMENT,
        steps=union_all(steps(question, plan)),
        start=question.previous_start,
        end=question.end,
        flags=flags(question),
        matching=join(" ", (sql("AND COUNT_IF({flag}) > 0", flag=flag) for flag in matches(question))),
        bucketed=bucketed(question),
    )


def steps(question: MetricQuestion, plan: Plan) -> Iterator[Statement]:
    """Yield the queries of the parts of sessions, with the dimensions that the question reads."""
    fact, columns = question.metric.fact, filter_columns(question)
    if plan.parts.rollup:
        rollup = table(fact.tables[plan.source].name)
        yield sql(_OF_ROLLUP, filter_columns=columns, rollup=rollup, days=in_days(plan.parts.rollup))
    if plan.parts.base:
        intervals = in_intervals(TIMESTAMP, plan.parts.base)
        yield sql(_OF_BASE, filter_columns=columns, events=table(fact.base), intervals=intervals)


def flags(question: MetricQuestion) -> Statement:
    """Return what follows the parts of sessions after FROM, so that they have a flag for each filter."""
    conditions = {_flag(dimension): one_of(dimension, values) for dimension, values in question.filters.items()}
    return flagged(conditions) if conditions else EMPTY


def matches(question: MetricQuestion) -> Iterator[Statement]:
    """Yield the flags, of which a session needs every one in at least one of its parts."""
    yield from (identifier(_flag(dimension)) for dimension in question.filters)


def _flag(dimension: Dimension) -> str:
    return f"matches_{dimension}"
