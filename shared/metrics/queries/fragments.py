"""SQL fragments shared by the statements of all facts: filters by time and dimension, and the bucket of a row."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from shared.athena.literals import DayText
from shared.athena.sql import EMPTY, Statement, identifier, join, sql
from shared.metrics.buckets import OffsetChange
from shared.metrics.facts import CURRENCY, Dimension
from shared.metrics.queries.rows import RangeKind
from shared.metrics.question import MetricQuestion
from shared.metrics.split import HOUR, LAST_MOMENT, Interval
from shared.records.value_schemas import EARLIEST
from shared.sales.lines import CATEGORY, LINES, categorised_lines

TIMESTAMP = sql('"timestamp"')
"""The column of base tables that contains the event time."""


DAY = sql("CAST(CAST(moment AS date) AS varchar)")
"""The UTC day of a moment as text; queries that group by it group by `CAST(moment AS date)`."""


def day(moment: datetime) -> DayText:
    """Return the UTC day of a moment as text."""
    return DayText(moment.date())


def in_intervals(column: Statement, intervals: Iterable[Interval]) -> Statement:
    """Return the condition that selects the rows of intervals by time."""
    return _any(_between(column, each) for each in intervals)


def in_hours(intervals: Sequence[Interval]) -> Statement:
    """Return the condition that selects the hours of intervals from an hourly roll-up."""
    gaps = [(_moment(before.end), _moment(after.start - HOUR)) for before, after in pairwise(intervals)]
    within = _between(sql("hour"), Interval(intervals[0].start, intervals[-1].end))
    return sql("{within} {except_gaps}", within=within, except_gaps=_excluding(sql("hour"), gaps))


def in_days(intervals: Sequence[Interval]) -> Statement:
    """Return the condition that selects the days of intervals from a daily roll-up."""
    gaps = [(_day(before.end), _day(after.start - LAST_MOMENT)) for before, after in pairwise(intervals)]
    return sql(
        "dt BETWEEN :first AND :last {except_gaps}",
        first=day(intervals[0].start),
        last=day(intervals[-1].end - LAST_MOMENT),
        except_gaps=_excluding(sql("dt"), gaps),
    )


def _excluding(column: Statement, gaps: Sequence[tuple[Statement, Statement]]) -> Statement:
    """Exclude gaps, each given by its first and last unit; for single units, `NOT IN` is cheaper than a range."""
    single = [first for first, last in gaps if first == last]
    conditions = [sql("AND {column} NOT IN ({units})", column=column, units=join(", ", single))] if single else []
    conditions += [
        sql("AND {column} NOT BETWEEN {first} AND {last}", column=column, first=first, last=last)
        for first, last in gaps
        if first != last
    ]
    return join(" ", conditions)


def _between(column: Statement, interval: Interval) -> Statement:
    return sql(
        "{column} >= :start AND {column} < :end",
        column=column,
        start=interval.start,
        end=interval.end,
    )


def _moment(moment: datetime) -> Statement:
    return sql(":moment", moment=moment)


def _day(moment: datetime) -> Statement:
    return sql(":day", day=day(moment))


def _any(conditions: Iterable[Statement]) -> Statement:
    return sql("({alternatives})", alternatives=join(" OR ", conditions))


def one_of(column: str, values: Sequence[str]) -> Statement:
    """Return the condition that a column has one of these values."""
    return sql("{column} IN (:values)", column=identifier(column), values=values)


def filter_columns(question: MetricQuestion) -> Statement:
    """Return the columns of dimensions that the question reads, each preceded by a comma."""
    return join("", (sql(", {column}", column=identifier(dimension)) for dimension in question.dimensions))


def lines_of_base(question: MetricQuestion) -> Statement:
    """Return the base table of sale lines, after FROM, with the category of the catalogue if the question reads it."""
    return categorised_lines() if Dimension.PRODUCT_CATEGORY in question.dimensions else LINES


def filter_columns_of_base(question: MetricQuestion) -> Statement:
    """Return the columns of `lines_of_base` of dimensions that the question reads, each preceded by a comma."""
    columns = {
        each: CATEGORY if each is Dimension.PRODUCT_CATEGORY else identifier(each) for each in question.dimensions
    }
    named = (sql(", {column} AS {name}", column=column, name=identifier(each)) for each, column in columns.items())
    return join("", named)


def filter_clause(question: MetricQuestion) -> Statement:
    """Return the WHERE clause for the filters by dimension and currency."""
    conditions = [one_of(dimension, values) for dimension, values in question.filters.items()]
    if question.currency is not None:
        conditions.append(sql("{column} = :currency", column=identifier(CURRENCY), currency=question.currency))
    return sql("WHERE {all}", all=join(" AND ", conditions)) if conditions else EMPTY


def bucketed(question: MetricQuestion) -> Statement:
    """Return the query that adds range and bucket to each row of `lines`."""
    return sql(
        "SELECT *, {period} AS period, {bucket} AS bucket FROM lines",
        period=period(question),
        bucket=bucket(question),
    )


def period(question: MetricQuestion) -> Statement:
    """Return the expression for the range that contains a moment."""
    return sql(
        "CASE WHEN moment < :start THEN :previous ELSE :current END",
        start=question.start,
        previous=RangeKind.PREVIOUS,
        current=RangeKind.CURRENT,
    )


def bucket(question: MetricQuestion) -> Statement:
    """Return the expression for the bucket that contains a moment, as the bucket's start in local time."""
    return sql(
        "date_trunc('{unit}', {moment})",
        unit=identifier(question.granularity.unit),
        moment=_wall_clock(_relevant(question.clock, question.previous_start)),
    )


def _relevant(clock: Sequence[OffsetChange], start: datetime) -> Sequence[OffsetChange]:
    """Omit offset changes before the range or before the first possible record."""
    earliest = max(start, EARLIEST)
    over = [place for place, shift in enumerate(clock) if shift.since <= earliest]
    return clock[max(over, default=0) :]


def _wall_clock(clock: Sequence[OffsetChange]) -> Statement:
    """Return the expression for the local time of a moment."""
    offsets = [int(shift.offset.total_seconds()) for shift in clock]
    if not any(offsets):
        return sql("moment")
    if len(clock) == 1:
        return sql("date_add('second', :offset, moment)", offset=offsets[0])
    cases = (
        sql("WHEN moment < :until THEN :offset", until=after.since, offset=offset)
        for offset, after in zip(offsets, clock[1:], strict=False)
    )
    return sql("date_add('second', CASE {cases} ELSE :last END, moment)", cases=join(" ", cases), last=offsets[-1])
