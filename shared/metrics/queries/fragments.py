"""The fragments that the statements of all facts share: which rows are read, and which bucket each lies in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from shared.athena.sql import EMPTY, Constant, Statement, identifier, join, sql
from shared.metrics.buckets import OffsetChange
from shared.metrics.facts import CURRENCY
from shared.metrics.queries.rows import RangeKind
from shared.metrics.question import MetricQuestion
from shared.metrics.split import HOUR, LAST_MOMENT, Interval
from shared.records.validation import EARLIEST

TIMESTAMP = sql('"timestamp"')
"""The column of base tables that has the moment of a record."""


def day(moment: datetime) -> str:
    """The UTC day of a moment, as partitions are named."""
    return moment.date().isoformat()


def on_days(intervals: Iterable[Interval]) -> Statement:
    """Read only the partitions of some intervals."""
    return _any(
        sql("dt BETWEEN :first AND :last", first=day(each.start), last=day(each.end - LAST_MOMENT))
        for each in intervals
    )


def in_intervals(column: Statement, intervals: Sequence[Interval]) -> Statement:
    """Read only the rows of some intervals, from their partitions alone."""
    within = _any(_between(column, each) for each in intervals)
    return sql("{days} AND {within}", days=on_days(intervals), within=within)


def in_hours(column: Statement, intervals: Sequence[Interval]) -> Statement:
    """Read from an hourly roll-up only the hours of some intervals, from their partitions alone."""
    whole = Interval(intervals[0].start, intervals[-1].end)
    gaps = [(_moment(before.end), _moment(after.start - HOUR)) for before, after in pairwise(intervals)]
    return sql(
        "{days} AND {within} {except_gaps}",
        days=on_days([whole]),
        within=_between(column, whole),
        except_gaps=_excluding(column, gaps),
    )


def in_days(intervals: Sequence[Interval]) -> Statement:
    """Read from a daily roll-up only the days of some intervals."""
    gaps = [(_day(before.end), _day(after.start - LAST_MOMENT)) for before, after in pairwise(intervals)]
    return sql(
        "{days} {except_gaps}",
        days=on_days([Interval(intervals[0].start, intervals[-1].end)]),
        except_gaps=_excluding(sql("dt"), gaps),
    )


def _excluding(column: Statement, gaps: Sequence[tuple[Statement, Statement]]) -> Statement:
    """Leave out gaps, each given by its first and last unit: looking one unit up costs less than comparing a range."""
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
        "{column} >= CAST(:start AS timestamp) AND {column} < CAST(:end AS timestamp)",
        column=column,
        start=interval.start,
        end=interval.end,
    )


def _moment(moment: datetime) -> Statement:
    return sql("CAST(:moment AS timestamp)", moment=moment)


def _day(moment: datetime) -> Statement:
    return sql(":day", day=day(moment))


def _any(conditions: Iterable[Statement]) -> Statement:
    return sql("({alternatives})", alternatives=join(" OR ", conditions))


def one_of(column: str, values: Sequence[str]) -> Statement:
    """Whether a column has one of some values."""
    return sql("{column} IN (:values)", column=identifier(column), values=values)


def filter_columns(question: MetricQuestion) -> Statement:
    """The columns that the filters look at, each after a comma."""
    return join("", (sql(", {column}", column=identifier(dimension)) for dimension in question.filters))


def filter_clause(question: MetricQuestion) -> Statement:
    """Keep the rows of which every dimension asked for has one of its values, and of the currency asked for."""
    conditions = [one_of(dimension, values) for dimension, values in question.filters.items()]
    if question.currency is not None:
        conditions.append(sql("{column} = :currency", column=identifier(CURRENCY), currency=question.currency))
    return sql("WHERE {all}", all=join(" AND ", conditions)) if conditions else EMPTY


def bucketed(question: MetricQuestion) -> Statement:
    """Find for every row of `lines` the range and the bucket in which its moment lies."""
    return sql(
        "SELECT *, {period} AS period, {bucket} AS bucket FROM lines",
        period=period(question),
        bucket=bucket(question),
    )


def period(question: MetricQuestion) -> Statement:
    """In which of the two ranges a moment lies."""
    return sql(
        "CASE WHEN moment < CAST(:start AS timestamp) THEN :previous ELSE :current END",
        start=Constant(question.start),
        previous=Constant(RangeKind.PREVIOUS),
        current=Constant(RangeKind.CURRENT),
    )


def bucket(question: MetricQuestion) -> Statement:
    """The wall clock's name of the bucket in which a moment lies."""
    return sql(
        "date_trunc('{unit}', {moment})",
        unit=identifier(question.granularity.unit),
        moment=_wall_clock(_relevant(question.clock, question.previous_start)),
    )


def _relevant(clock: Sequence[OffsetChange], start: datetime) -> Sequence[OffsetChange]:
    """Leave out what the clock did before the range, or before there can be records."""
    earliest = max(start, EARLIEST)
    over = [place for place, shift in enumerate(clock) if shift.since <= earliest]
    return clock[max(over, default=0) :]


def _wall_clock(clock: Sequence[OffsetChange]) -> Statement:
    """What a zone's clock shows at a moment."""
    offsets = [int(shift.offset.total_seconds()) for shift in clock]
    if not any(offsets):
        return sql("moment")
    if len(clock) == 1:
        return sql("date_add('second', :offset, moment)", offset=Constant(offsets[0]))
    cases = (
        sql(
            "WHEN moment < CAST(:until AS timestamp) THEN :offset", until=Constant(after.since), offset=Constant(offset)
        )
        for offset, after in zip(offsets, clock[1:], strict=False)
    )
    return sql(
        "date_add('second', CASE {cases} ELSE :last END, moment)", cases=join(" ", cases), last=Constant(offsets[-1])
    )
