"""Splits a question between a roll-up and the base.

Units cut by a range or bucket boundary are read from the base, and so are dirty days, or the hours of these that
changed after their roll-ups were computed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from shared.metrics.buckets import Granularity
from shared.metrics.facts import Grain, Source
from shared.metrics.question import MetricQuestion

MAX_INTERVALS = 200
"""Maximum number of base intervals read in addition to a roll-up; each adds a condition to the statement."""

DirtyDays: TypeAlias = Mapping[str, int]
"""UTC days (`yyyy-MM-dd`) that differ from their roll-ups, each with the hour from which on it may do so."""

HOUR = timedelta(hours=1)
LAST_MOMENT = timedelta(milliseconds=1)
"""Distance between the end of a half-open interval and its last moment."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
CLEAN: DirtyDays = {}


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


def split(question: MetricQuestion, source: Source, dirty_days: DirtyDays = CLEAN) -> Split:
    """Divide the time of a question between a roll-up and the base.

    A unit of the roll-up (a UTC hour or day) is read from it if it lies within one bucket of one range, and is not
    dirty. For a semi-additive fact, the history before both ranges counts as one bucket.
    """
    whole = reach(question)
    if source is Source.BASE:
        return Split((), (whole,))
    grain = question.metric.fact.tables[source].grain
    return divide(whole, _boundaries(question, grain), grain, dirty_days)


def divide(
    whole: Interval,
    cuts: Iterable[datetime],
    grain: Grain,
    dirty_days: DirtyDays = CLEAN,
    most: int = MAX_INTERVALS,
) -> Split:
    """Divide an interval between a roll-up and the base.

    Args:
        whole: the interval.
        cuts: moments within which a unit of the roll-up is not one of a single bucket, range or rule.
        grain: the units of the roll-up.
        dirty_days: UTC days that the roll-up does not include yet.
        most: the maximum number of intervals that are read from the base.
    """
    partial, dirty = _partial_units(cuts, grain, whole), dirty_within(whole, dirty_days, grain)
    base = at_most(most, merge(_clip([*partial, *dirty], whole)))
    return Split(tuple(between(base, whole)), tuple(base))


def reach(question: MetricQuestion) -> Interval:
    """Return the time of the records that a question depends on: both ranges, and what its fact needs beside them."""
    fact, since = question.metric.fact, question.previous_start
    if fact.semi_additive:
        return Interval(min(question.history_start, since), question.end)
    if not fact.margin:
        return Interval(since, question.end)
    until = _floor(question.end + fact.margin - LAST_MOMENT, _DAY) + _DAY
    return Interval(_floor(since - fact.margin, _DAY), until)


def dirty_within(whole: Interval, dirty_days: DirtyDays, grain: Grain) -> list[Interval]:
    """Return the dirty days within an interval, or of an hourly roll-up the dirty hours of these.

    Rows of an hourly roll-up depend on no other hour. Those of a day do, and so do sessions, which last longer.
    """
    found = list[Interval]()
    for day, hour in dirty_days.items():
        start = datetime.fromisoformat(day).replace(tzinfo=UTC)
        found.append(Interval(start + HOUR * (hour if grain is Grain.HOUR else 0), start + _DAY))
    return _clip(found, whole)


def day_count(intervals: Iterable[Interval]) -> int:
    """Return the number of UTC days that non-overlapping intervals touch."""
    days, reached = 0, date.min
    for each in sorted(intervals):
        first, last = max(each.start.date(), reached), (each.end - LAST_MOMENT).date()
        days += (last - first).days + 1
        reached = last + _DAY
    return days


def _floor(moment: datetime, unit: timedelta) -> datetime:
    """Return the start of the UTC hour or day that contains a moment."""
    return moment - (moment - _EPOCH) % unit


def _partial_units(cuts: Iterable[datetime], grain: Grain, whole: Interval) -> list[Interval]:
    """Return the units within which a cut lies; if they are too many, the whole from the first of them on."""
    boundaries = {cut: _floor(cut, grain.unit) for cut in cuts}
    begun = {begin for boundary, begin in boundaries.items() if begin != boundary}
    partial = merge(Interval(begin, begin + grain.unit) for begin in begun)
    if len(partial) > MAX_INTERVALS:
        return [Interval(min(begun), whole.end)]
    return partial


def _clip(intervals: Iterable[Interval], whole: Interval) -> list[Interval]:
    return [
        Interval(max(each.start, whole.start), min(each.end, whole.end))
        for each in intervals
        if each.start < whole.end and whole.start < each.end
    ]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Merge intervals that overlap or are adjacent."""
    merged: list[Interval] = []
    for each in sorted(intervals):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return merged


def at_most(most: int, intervals: Sequence[Interval]) -> Sequence[Interval]:
    """Close the smallest gaps between intervals until there are no more than so many."""
    gaps = sorted((Interval(before.end, after.start) for before, after in pairwise(intervals)), key=_length)
    return merge([*intervals, *gaps[: max(0, len(intervals) - most)]])


def _length(interval: Interval) -> timedelta:
    return interval.end - interval.start


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


def between(partial: Sequence[Interval], whole: Interval) -> Iterator[Interval]:
    """Yield the intervals between disjoint parts of an interval."""
    reached = whole.start
    for each in partial:
        if reached < each.start:
            yield Interval(reached, each.start)
        reached = each.end
    if reached < whole.end:
        yield Interval(reached, whole.end)
