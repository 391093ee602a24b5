"""The SQL of product views: sessions that viewed a product, and how many of them purchased it."""

from collections.abc import Iterator

from shared.athena.sql import Statement, sql, union_all
from shared.products.days import SourceDays, on_days
from shared.products.question import ProductQuestion

_VISITS = """
    seen AS (
        {seen}
    ), by_session AS (
        SELECT product_id, SUM(views) > 0 AS viewed, SUM(purchases) > 0 AS purchased FROM seen
        GROUP BY product_id, session_id
    ), visits AS (
        SELECT product_id, COUNT_IF(viewed) AS viewing_sessions, COUNT_IF(viewed AND purchased) AS buying_sessions
        FROM by_session GROUP BY product_id
    )
"""
_OF_WHOLE_DAYS = """
    SELECT product_id, session_id, views, purchases FROM product_sessions_daily WHERE {days}
"""
_OF_EVENTS = """
    SELECT product_id, session_id, CAST(CASE WHEN event_type = 'product_view' THEN 1 ELSE 0 END AS bigint) AS views,
        CAST(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END AS bigint) AS purchases
    FROM events
    WHERE product_id IS NOT NULL AND event_type IN ('product_view', 'purchase')
        AND "timestamp" >= CAST(:start AS timestamp) AND "timestamp" < CAST(:end AS timestamp) AND {days}
"""


def tables_of_visits(days: SourceDays) -> Iterator[str]:
    """Yield the tables that visits are read from."""
    if days.whole:
        yield "product_sessions_daily"
    if days.exact:
        yield "events"


def visits(question: ProductQuestion, days: SourceDays) -> Statement:
    """Return the WITH queries from events to `visits`: one row for each product that was viewed or purchased."""
    return sql(_VISITS, seen=union_all(_sessions(question, days)))


def _sessions(question: ProductQuestion, days: SourceDays) -> Iterator[Statement]:
    if days.whole:
        yield sql(_OF_WHOLE_DAYS, days=on_days(days.whole))
    if days.exact:
        yield sql(_OF_EVENTS, start=question.start, end=question.end, days=on_days(days.exact))
