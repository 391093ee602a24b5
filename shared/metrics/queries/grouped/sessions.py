"""Sessions by value: a session counts in the group of each value among its events, and once in the rest.

It counts among those without a value only if none of its events has one.
"""

from collections.abc import Sequence

from shared.athena.sql import Statement, identifier, join, sql, union_all
from shared.metrics.facts import Measure
from shared.metrics.planner import Plan
from shared.metrics.queries.fragments import one_of, period
from shared.metrics.queries.grouped.ranks import label, labelled, of_group
from shared.metrics.queries.sessions import flags, matches, steps
from shared.metrics.question import GroupedQuestion

_STATEMENT = """
    WITH steps AS (
        {steps}
    ), parts AS (
        SELECT session_id, {dimension} AS part, MIN(seen) AS first_seen, SUM(events) AS part_events,
            SUM(purchases) AS part_purchases {matches}
        FROM steps {flags} GROUP BY session_id, {dimension}
    ), lines AS (
        SELECT session_id, part, MIN(first_seen) OVER (PARTITION BY session_id) AS moment,
            MAX(part) OVER (PARTITION BY session_id) AS any_part,
            SUM(part_events) OVER (PARTITION BY session_id) AS events,
            SUM(part_purchases) OVER (PARTITION BY session_id) AS purchases {matched}
        FROM parts
    ), units AS (
        SELECT {period} AS period, {label} AS label, session_id, events, purchases
        FROM lines
        WHERE moment >= :start AND moment < :end
            AND (part IS NOT NULL OR any_part IS NULL) {matching}
    ), labelled AS (
        {labelled}
    ), sessions AS (
        SELECT period, label, session_id, MAX(events) AS events, MAX(purchases) AS purchases
        FROM labelled GROUP BY GROUPING SETS ((period, label, session_id), (period, session_id))
    )
    SELECT period, label, SUM(events) AS events, COUNT(*) AS sessions,
        COUNT(CASE WHEN purchases > 0 THEN 1 END) AS purchasing_sessions
    FROM sessions GROUP BY period, label
"""
_OF_GROUP = {
    Measure.SESSIONS: of_group(sql("1")),
    Measure.PURCHASING_SESSIONS: of_group(sql("CASE WHEN purchases > 0 THEN 1 ELSE 0 END")),
}


def sessions(question: GroupedQuestion, plan: Plan) -> Statement:
    """Count the sessions that start in each range, and how many of them include a purchase, per group and in all."""
    names = list(matches(question))
    counted = (sql(", COUNT_IF({name}) AS {name}", name=name) for name in names)
    matched = (sql(", SUM({name}) OVER (PARTITION BY session_id) AS {name}", name=name) for name in names)
    return sql(
        _STATEMENT,
        steps=union_all(steps(question, plan)),
        dimension=identifier(question.group_by),
        flags=flags(question),
        matches=join("", counted),
        matched=join("", matched),
        period=period(question),
        label=label("part"),
        start=question.previous_start,
        end=question.end,
        matching=_matching(question, names),
        labelled=labelled(question, ["session_id", "events", "purchases"], _OF_GROUP.__getitem__),
    )


def _matching(question: GroupedQuestion, names: Sequence[Statement]) -> Statement:
    """Return the conditions that sessions match every filter, and that the value of a group is one of those allowed."""
    conditions = [sql("AND {name} > 0", name=name) for name in names]
    allowed = question.filters.get(question.group_by)
    if allowed:
        conditions.append(sql("AND {allowed}", allowed=one_of("part", allowed)))
    return join(" ", conditions)
