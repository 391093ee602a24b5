"""Distinct customers: counted once in a bucket, and once in a range."""

from collections.abc import Iterator

from shared.athena.sql import Statement
from shared.metrics.cut import Cut, cut, tables_of
from shared.metrics.facts import CURRENCY, Source
from shared.metrics.queries.parts import days_of, either, filtered, joined, placed, told_of, within
from shared.metrics.queries.rows import Query
from shared.metrics.question import Question

_ROLLED = Statement("FROM sales_daily_by_customer WHERE bought_lines > 0 AND")
_BASE = Statement("FROM transactions WHERE status = 'completed' AND quantity > 0 AND customer_id IS NOT NULL AND")
_COUNTED = Statement("""
    SELECT period, bucket, SUM(lines) AS lines, COUNT(DISTINCT customer_id) AS customers
    FROM bought GROUP BY GROUPING SETS ((period, bucket), (period))
""")


def customers(question: Question, source: Source) -> Query:
    """Count the customers that bought, per period and bucket and once more per period."""
    parts = cut(question, source)
    statement = joined(
        [
            Statement("WITH lines AS ("), either(list(_lines(question, parts))),
            Statement("), placed AS ("), placed(question), *filtered(question),
            Statement("""), bought AS (
                SELECT period, bucket, customer_id, SUM(lines) AS lines FROM placed GROUP BY period, bucket, customer_id
            )"""), _COUNTED,
        ]
    )  # fmt: skip
    return Query(statement, tables_of(question, source, parts))


def _lines(question: Question, parts: Cut) -> Iterator[Statement]:
    if parts.rolled:
        columns = _columns(question, "CAST(dt AS timestamp) AS moment", "bought_lines AS lines")
        yield joined([columns, _ROLLED, days_of(parts.rolled)])
    if parts.base:
        columns = _columns(question, '"timestamp" AS moment', "CAST(1 AS bigint) AS lines")
        yield joined([columns, _BASE, within('"timestamp"', parts.base)])


def _columns(question: Question, *columns: str) -> Statement:
    currency = () if question.currency is None else (CURRENCY,)
    return Statement(f"SELECT {', '.join((*columns, 'customer_id', *told_of(question), *currency))}")
