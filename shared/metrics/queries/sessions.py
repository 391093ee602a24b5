"""Sessions: where each begins, whether it bought, and whether an event of it is what is asked for.

A session is taken to last at most a day, so the events of one day of UTC more on either side tell all of it.
"""

from collections.abc import Iterator
from datetime import timedelta

from shared.athena.sql import Statement
from shared.metrics.cut import Stretch
from shared.metrics.facts import Source
from shared.metrics.queries.parts import joined, on_days, one_of, placed, told_of
from shared.metrics.queries.rows import Query
from shared.metrics.question import Question

_LONGEST = timedelta(days=1)
_COLUMNS = {
    Source.ROLLUP: "session_id, first_moment AS seen, events, purchases",
    Source.BASE: (
        'session_id, "timestamp" AS seen, CAST(1 AS bigint) AS events,'
        " CASE WHEN event_type = 'purchase' THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS purchases"
    ),
}
_BY_SESSION = Statement("""
    SELECT session_id, MIN(seen) AS moment, SUM(events) AS events, SUM(purchases) AS purchases
    FROM steps GROUP BY session_id
    HAVING MIN(seen) >= CAST(? AS timestamp) AND MIN(seen) < CAST(? AS timestamp)
""")
_COUNTED = Statement("""
    SELECT period, bucket, SUM(events) AS events, COUNT(*) AS sessions,
        COUNT(CASE WHEN purchases > 0 THEN 1 END) AS purchasing_sessions
    FROM placed GROUP BY period, bucket
""")


def sessions(question: Question, source: Source) -> Query:
    """Count the sessions that begin in a bucket, and those of them that bought."""
    statement = joined(
        [
            Statement("WITH steps AS ("), _steps(question, source),
            Statement("), lines AS ("), Statement(_BY_SESSION.text, (question.previous_start, question.end)),
            *_of_dimensions(question),
            Statement("), placed AS ("), placed(question),
            Statement(")"), _COUNTED,
        ]
    )  # fmt: skip
    return Query(statement, (question.metric.fact.tables[source].name,))


def _steps(question: Question, source: Source) -> Statement:
    columns = ", ".join((_COLUMNS[source], *told_of(question)))
    around = Stretch(question.previous_start - _LONGEST, question.end + _LONGEST)
    table = question.metric.fact.tables[source].name
    return joined([Statement(f"SELECT {columns}"), Statement(f"FROM {table} WHERE"), on_days([around])])


def _of_dimensions(question: Question) -> Iterator[Statement]:
    """Keep the sessions of which, for every dimension asked for, some event has one of its values."""
    for dimension, values in question.filters.items():
        yield joined([Statement("AND COUNT(CASE WHEN"), one_of(dimension, values), Statement("THEN 1 END) > 0")])
