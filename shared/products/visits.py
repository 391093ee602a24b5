"""The SQL of who looked at products: sessions of the range that viewed one, and those of them that purchased it."""

from collections.abc import Iterator

from shared.athena.sql import Statement
from shared.products.days import Split, joined, within
from shared.products.question import Question

_OF_WHOLE_DAYS = "SELECT product_id, session_id, views, purchases FROM product_sessions_daily WHERE"
_OF_EVENTS = """
    SELECT product_id, session_id, CAST(CASE WHEN event_type = 'product_view' THEN 1 ELSE 0 END AS bigint) AS views,
        CAST(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END AS bigint) AS purchases
    FROM events
    WHERE product_id IS NOT NULL AND event_type IN ('product_view', 'purchase')
        AND "timestamp" >= CAST(? AS timestamp) AND "timestamp" < CAST(? AS timestamp) AND
"""
_BY_SESSION = """
    SELECT product_id, SUM(views) > 0 AS viewed, SUM(purchases) > 0 AS purchased FROM seen
    GROUP BY product_id, session_id
"""
_BY_PRODUCT = """
    SELECT product_id, COUNT_IF(viewed) AS viewing_sessions, COUNT_IF(viewed AND purchased) AS buying_sessions
    FROM by_session GROUP BY product_id
"""


def tables_of_visits(days: Split) -> Iterator[str]:
    """The tables that visits are read from."""
    if days.whole:
        yield "product_sessions_daily"
    if days.exact:
        yield "events"


def visits(question: Question, days: Split) -> Iterator[Statement]:
    """The WITH queries from events to `visits`: a row for each product that was viewed or purchased."""
    found = []
    if days.whole:
        found.append(Statement(_OF_WHOLE_DAYS) + within(days.whole))
    if days.exact:
        found.append(Statement(_OF_EVENTS, (question.start, question.end)) + within(days.exact))
    yield Statement("seen AS (") + joined(found, by="UNION ALL") + Statement(")")
    yield Statement(f"by_session AS ({_BY_SESSION})")
    yield Statement(f"visits AS ({_BY_PRODUCT})")
