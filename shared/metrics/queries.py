"""The SQL of sales metrics: one statement tells both ranges, all buckets, the totals and the lines left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from operator import add

from pydantic import TypeAdapter

from shared.lake.rollup_tables import NO_DIMENSION
from shared.metrics.buckets import Shift
from shared.metrics.plan import Source
from shared.metrics.question import Question
from shared.records.validation import EARLIEST
from shared.runtime.athena import Statement

_NET = "quantity * unit_price - discount"
_FROM = {
    Source.BASE: "FROM transactions WHERE status = 'completed'",
    Source.ROLLUP: "FROM sales_hourly WHERE lines > 0",
    Source.BY_DIMENSION: "FROM sales_hourly_by_dimension WHERE lines > 0",
}
_COLUMNS = {
    Source.BASE: f'"timestamp" AS moment, currency, order_id, 1 AS lines, {_NET} AS net_amount',
    Source.ROLLUP: "hour AS moment, currency, lines, net_amount",
    Source.BY_DIMENSION: "hour AS moment, currency, lines, net_amount",
}
_EXTREMES = {
    Source.BASE: f", {_NET} AS lowest_amount, {_NET} AS highest_amount",
    Source.ROLLUP: ", lowest_amount, highest_amount",
    Source.BY_DIMENSION: ", lowest_amount, highest_amount",
}
_MOMENT = {Source.BASE: '"timestamp"', Source.ROLLUP: "hour", Source.BY_DIMENSION: "hour"}
_SUMS = Statement("""
    SELECT period, bucket, SUM(lines) FILTER (WHERE counted) AS lines,
        SUM(lines) FILTER (WHERE NOT counted) AS excluded,
        SUM(net_amount) FILTER (WHERE counted) AS net_amount
""")
_LOWEST_AND_HIGHEST = Statement("""
        , MIN(lowest_amount) FILTER (WHERE counted) AS lowest_amount,
        MAX(highest_amount) FILTER (WHERE counted) AS highest_amount
""")
_PER_BUCKET = Statement("FROM placed GROUP BY period, bucket")
_ORDERS = Statement("""
    , orders AS (
        SELECT period, bucket, order_id, SUM(lines) FILTER (WHERE counted) AS lines,
            SUM(lines) FILTER (WHERE NOT counted) AS excluded, SUM(net_amount) FILTER (WHERE counted) AS net_amount
        FROM placed
        GROUP BY GROUPING SETS ((period, bucket, order_id), (period, order_id))
    )
    SELECT period, bucket, SUM(lines) AS lines, SUM(excluded) AS excluded, SUM(net_amount) AS net_amount,
        COUNT_IF(net_amount > 0) AS orders
    FROM orders
    GROUP BY period, bucket
""")


class Span(StrEnum):
    """Which of the two ranges a row is about."""

    CURRENT = "current"
    PREVIOUS = "previous"


@dataclass(frozen=True, kw_only=True)
class SalesRow:
    """What was added up over one bucket, or over the whole of a range where `bucket` is None.

    `bucket` is the wall clock's name of it; `excluded` are lines of other currencies than the one reported in.
    """

    period: Span
    bucket: datetime | None
    lines: int | None
    excluded: int | None
    net_amount: Decimal | None
    lowest_amount: Decimal | None = None
    highest_amount: Decimal | None = None
    orders: int | None = None


SALES_ROWS: TypeAdapter[Sequence[SalesRow]] = TypeAdapter(Sequence[SalesRow])
"""How rows are written down and read again."""


def sales(question: Question, source: Source, *, reporting_currency: str) -> Statement:
    """Add up the completed lines that a question is about, per period and bucket.

    Metrics per order come with one row more per period, for the whole range, since an order counts once in it.
    """
    lines = [_lines(question, source), *_in_range(question, _MOMENT[source]), *_filtered(question, source)]
    placed = _placed(question, question.currency or reporting_currency)
    return _joined(
        [Statement("WITH lines AS ("), *lines, Statement("), placed AS ("), *placed, Statement(")"), *_sums(question)]
    )


def _lines(question: Question, source: Source) -> Statement:
    """The rows that are added up, with no column that the question does not need: columns are what a scan costs."""
    extremes = _EXTREMES[source] if question.asks_for_extremes else ""
    return Statement(f"SELECT {_COLUMNS[source]}{extremes} {_FROM[source]}")


def _sums(question: Question) -> list[Statement]:
    if question.metric.per_order:
        return [_ORDERS]
    return [_SUMS, _LOWEST_AND_HIGHEST, _PER_BUCKET] if question.asks_for_extremes else [_SUMS, _PER_BUCKET]


def _joined(parts: Iterable[Statement]) -> Statement:
    return reduce(add, parts)


def _in_range(question: Question, column: str) -> Iterator[Statement]:
    """Cut by day as well as by moment: only the partitions of those days are read."""
    last = question.end - timedelta(milliseconds=1)
    yield Statement("AND dt BETWEEN ? AND ?", (_day(question.previous_start), _day(last)))
    yield Statement(
        f"AND {column} >= CAST(? AS timestamp) AND {column} < CAST(? AS timestamp)",
        (question.previous_start, question.end),
    )


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _filtered(question: Question, source: Source) -> Iterator[Statement]:
    if source is Source.BY_DIMENSION:
        yield Statement("AND dimension = ?", (next(iter(question.filters), NO_DIMENSION),))
    for dimension, values in question.filters.items():
        column = "value" if source is Source.BY_DIMENSION else dimension
        yield Statement(f"AND {column} IN ({', '.join('?' * len(values))})", values)
    if question.currency is not None:
        yield Statement("AND currency = ?", (question.currency,))


def _placed(question: Question, currency: str) -> Iterator[Statement]:
    yield Statement(
        "SELECT *, currency = ? AS counted, CASE WHEN moment < CAST(? AS timestamp) THEN ? ELSE ? END AS period,",
        (currency, question.start, Span.PREVIOUS, Span.CURRENT),
    )
    yield Statement(f"date_trunc('{question.granularity.unit}',")
    yield _shifted(_relevant(question.clock, question.previous_start))
    yield Statement(") AS bucket FROM lines")


def _relevant(clock: Sequence[Shift], start: datetime) -> Sequence[Shift]:
    """Leave out what the clock did before the range, or before there can be records."""
    earliest = max(start, EARLIEST)
    over = [place for place, shift in enumerate(clock) if shift.since <= earliest]
    return clock[max(over, default=0) :]


def _shifted(clock: Sequence[Shift]) -> Statement:
    offsets = [int(shift.offset.total_seconds()) for shift in clock]
    if not any(offsets):
        return Statement("moment")
    if len(clock) == 1:
        return Statement("date_add('second', ?, moment)", (offsets[0],))
    cases = [
        Statement("WHEN moment < CAST(? AS timestamp) THEN ?", (after.since, offset))
        for offset, after in zip(offsets, clock[1:], strict=False)
    ]
    return _joined([Statement("date_add('second', CASE"), *cases, Statement("ELSE ? END, moment)", (offsets[-1],))])
