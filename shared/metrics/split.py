"""Splits a question between a roll-up and the base: units cut by a range or bucket boundary are read from the base."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared.metrics.buckets import Granularity
from shared.metrics.facts import Grain, Source
from shared.metrics.question import MetricQuestion

MAX_INTERVALS = 200
"""Maximum number of base intervals read in addition to a roll-up; each adds a condition to the statement."""

HOUR = timedelta(hours=1)
LAST_MOMENT = timedelta(milliseconds=1)
"""Distance between the end of a half-open interval and its last moment."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Interval:
    """A half-open time interval."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Split:
    """The intervals read from a roll-up and those read from the base; together they cover the time of the question."""

    rollup: tuple[Interval, ...]
    base: tuple[Interval, ...]


def split(question: MetricQuestion, source: Source) -> Split:
    """Divide the time of a question between a roll-up and the base.

    A unit of the roll-up (a UTC hour or day) is read from it if it lies within one bucket of one range. For a
    semi-additive fact, the history before both ranges counts as one bucket.
    """
    fact = question.metric.fact
    since = min(question.history_start, question.previous_start) if fact.semi_additive else question.previous_start
    if source is Source.BASE:
        return Split((), (Interval(since, question.end),))
    partial = _partial_units(question, fact.tables[source].grain)
    base = [Interval(max(each.start, since), min(each.end, question.end)) for each in partial]
    return Split(tuple(_between(base, Interval(since, question.end))), tuple(base))


def day_count(intervals: Iterable[Interval]) -> int:
    """Return the number of day partitions that non-overlapping intervals touch."""
    days, reached = 0, date.min
    for each in sorted(intervals):
        first, last = max(each.start.date(), reached), (each.end - LAST_MOMENT).date()
        days += (last - first).days + 1
        reached = last + _DAY
    return days


def _floor(moment: datetime, unit: timedelta) -> datetime:
    """Return the start of the UTC hour or day that contains a moment."""
    return moment - (moment - _EPOCH) % unit


def _partial_units(question: MetricQuestion, grain: Grain) -> list[Interval]:
    """Return the units within which a range or bucket begins or ends; adjacent units are merged into one interval."""
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
    """Whether every bucket starts at a UTC unit, decided without checking each."""
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
