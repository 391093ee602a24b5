"""Which part of a question a roll-up answers and which the base: a unit that a range or bucket cuts needs the base."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared.metrics.buckets import Granularity
from shared.metrics.facts import Grain, Source
from shared.metrics.question import MetricQuestion

MAX_INTERVALS = 200
"""In how many pieces the base is read beside a roll-up; each takes a line of the statement."""

HOUR = timedelta(hours=1)
LAST_MOMENT = timedelta(milliseconds=1)
"""How far the last moment of a half-open interval is from its end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Interval:
    """A half-open piece of time."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Split:
    """The intervals read from a roll-up and those read from the base; together they cover what a question is about."""

    rollup: tuple[Interval, ...]
    base: tuple[Interval, ...]


def split(question: MetricQuestion, source: Source) -> Split:
    """Divide the time that a question is about between a roll-up and the base.

    A unit of the roll-up (an hour or a day of UTC) is read from it where it lies in one bucket of one range. What came
    before both ranges, where a fact looks back, is one bucket of its own.
    """
    fact = question.metric.fact
    since = min(question.history_start, question.previous_start) if fact.semi_additive else question.previous_start
    if source is Source.BASE:
        return Split((), (Interval(since, question.end),))
    partial = _partial_units(question, fact.tables[source].grain)
    base = [Interval(max(each.start, since), min(each.end, question.end)) for each in partial]
    return Split(tuple(_between(base, Interval(since, question.end))), tuple(base))


def day_count(intervals: Iterable[Interval]) -> int:
    """How many partitions some intervals, which do not overlap, lie in."""
    days, reached = 0, date.min
    for each in sorted(intervals):
        first, last = max(each.start.date(), reached), (each.end - LAST_MOMENT).date()
        days += (last - first).days + 1
        reached = last + _DAY
    return days


def _floor(moment: datetime, unit: timedelta) -> datetime:
    """The beginning of the hour or day of UTC that holds a moment."""
    return moment - (moment - _EPOCH) % unit


def _partial_units(question: MetricQuestion, grain: Grain) -> list[Interval]:
    """The units within which a range or a bucket begins or ends; units side by side become one interval."""
    boundaries = {boundary: _floor(boundary, grain.unit) for boundary in _boundaries(question, grain)}
    begun = sorted({begin for boundary, begin in boundaries.items() if begin != boundary})
    partial: list[Interval] = []
    for begin in begun:
        goes_on = bool(partial) and partial[-1].end == begin
        partial.append(Interval(partial.pop().start if goes_on else begin, begin + grain.unit))
    if len(partial) > MAX_INTERVALS:
        return [Interval(_floor(question.previous_start, grain.unit), question.end)]
    return partial


def _boundaries(question: MetricQuestion, grain: Grain) -> Iterator[datetime]:
    yield from (question.previous_start, question.start, question.end)
    if not _begin_with_units(question, grain):
        buckets = (*question.previous_buckets, *question.buckets)
        yield from (bucket.start for bucket in buckets if bucket.start > question.previous_start)


def _begin_with_units(question: MetricQuestion, grain: Grain) -> bool:
    """Whether all buckets begin with a unit of UTC, found without looking at each."""
    if grain is Grain.DAY and question.granularity is Granularity.HOURLY:
        return False
    turns = (shift.since for shift in question.clock[1:])
    shifts = (shift.offset % grain.unit for shift in question.clock)
    return not any(shifts) and all(_floor(turn, grain.unit) == turn for turn in turns)


def _between(partial: Sequence[Interval], whole: Interval) -> Iterator[Interval]:
    reached = whole.start
    for each in partial:
        if reached < each.start:
            yield Interval(reached, each.start)
        reached = each.end
    if reached < whole.end:
        yield Interval(reached, whole.end)
