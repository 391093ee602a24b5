"""The SQL of product views: sessions that viewed a product, and how many of them purchased it."""

from collections.abc import Iterator

from shared.athena.sql import Statement, sql, table, union_all
from shared.lake.catalog.rollup_tables import PRODUCT_SESSIONS_DAILY
from shared.metrics.queries.fragments import TIMESTAMP, in_days, in_intervals
from shared.metrics.split import Split
from shared.records.schema import DataType

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
    SELECT product_id, session_id, views, purchases FROM {product_sessions_daily} WHERE {days}
"""
_OF_EVENTS = """
    SELECT product_id, session_id, CAST(CASE WHEN event_type = 'product_view' THEN 1 ELSE 0 END AS bigint) AS views,
        CAST(CASE WHEN event_type = 'purchase' THEN 1 ELSE 0 END AS bigint) AS purchases
    FROM {events}
    WHERE product_id IS NOT NULL AND event_type IN ('product_view', 'purchase') AND {intervals}
"""


def visits(time: Split) -> Statement:
    """Return the WITH queries from events to `visits`: one row for each product that was viewed or purchased."""
    return sql(_VISITS, seen=union_all(_sessions(time)))


def _sessions(time: Split) -> Iterator[Statement]:
    if time.rollup:
        rollup = table(PRODUCT_SESSIONS_DAILY.name)
        yield sql(_OF_WHOLE_DAYS, product_sessions_daily=rollup, days=in_days(time.rollup))
    if time.base:
        yield sql(_OF_EVENTS, events=table(DataType.EVENTS), intervals=in_intervals(TIMESTAMP, time.base))
