"""Orders: the lines of each are added up before orders are counted, once in a bucket and once in a range."""

from shared.athena.sql import Statement
from shared.metrics.cut import cut
from shared.metrics.facts import Source
from shared.metrics.queries.amounts import NET, Amounts
from shared.metrics.queries.parts import filtered, joined, placed, told_of, within
from shared.metrics.queries.rows import Query
from shared.metrics.question import Question

_LINES = f'SELECT "timestamp" AS moment, dt, currency, order_id, {NET} AS net_amount'
_COMPLETED = Statement("FROM transactions WHERE status = 'completed' AND")
_DAILY = Statement("""
    SELECT period, bucket, order_id, currency, dt, COUNT(*) AS lines, SUM(net_amount) AS net_amount
    FROM placed GROUP BY period, bucket, order_id, currency, dt
""")
_ONCE_PER_RANGE = Statement("""
    FROM rated GROUP BY GROUPING SETS ((period, bucket, order_id), (period, order_id)))
""")
_COUNTED = Statement("""
    SELECT period, bucket, SUM(lines) AS lines, SUM(excluded) AS excluded, SUM(net_amount) AS net_amount,
        COUNT(CASE WHEN net_amount > 0 THEN 1 END) AS orders
    FROM orders GROUP BY period, bucket
""")


def orders(question: Question, source: Source, *, reporting_currency: str) -> Query:
    """Add up the lines of orders, per period and bucket and once more per period, since an order counts once in it."""
    amounts = Amounts(question, reporting_currency)
    statement = joined(
        [
            Statement("WITH lines AS ("), Statement(", ".join((_LINES, *told_of(question)))), _COMPLETED,
            within('"timestamp"', cut(question, source).base),
            Statement("), placed AS ("), placed(question), *filtered(question),
            Statement("), daily AS ("), _DAILY,
            Statement("), rated AS ("), amounts.rated("daily"),
            Statement("), orders AS (SELECT period, bucket, order_id,"),
            Statement(f"{amounts.counts}, SUM({amounts.of('net_amount')}) AS net_amount"), _ONCE_PER_RANGE, _COUNTED,
        ]
    )  # fmt: skip
    return Query(statement, (question.metric.fact.tables[Source.BASE].name, *amounts.tables))
