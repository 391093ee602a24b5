"""Time buckets: boundaries of hours, days, weeks, months and quarters in a time zone, exact to the millisecond.

Bucket boundaries are computed in Python. `wall_clock` describes a zone as a list of UTC offset changes, and the bucket
of a moment is `date_trunc(unit, moment + offset)` both here and in SQL. Results therefore depend neither on the time
zone database of the query engine nor on its handling of daylight saving changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LONGEST_BUCKET = timedelta(days=93)
_SHORTEST_STAY = timedelta(days=3)
"""Shorter than any zone has kept an offset: Africa/Freetown kept one for four days in 1939, others for a week."""

_MONTHS_PER_QUARTER = 3


class Granularity(StrEnum):
    """Bucket size; weeks are ISO weeks and start on Monday."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"

    @property
    def unit(self) -> str:
        """The unit as an argument of `date_trunc`."""
        return _UNITS[self]


_UNITS = {
    Granularity.HOURLY: "hour",
    Granularity.DAILY: "day",
    Granularity.WEEKLY: "week",
    Granularity.MONTHLY: "month",
    Granularity.QUARTERLY: "quarter",
}


@dataclass(frozen=True, order=True)
class OffsetChange:
    """A moment (UTC) from which the zone has this offset from UTC."""

    since: datetime
    offset: timedelta


@dataclass(frozen=True, order=True)
class TimeBucket:
    """A bucket: its start in UTC and its start in local time, which is also its name in query results."""

    start: datetime
    name: datetime


def wall_clock(zone: tzinfo, granularity: Granularity, start: datetime, end: datetime) -> tuple[OffsetChange, ...]:
    """Return the offset changes of a zone over a range, from the start of the bucket that contains `start`.

    Local time never moves backward across a bucket boundary, so buckets are contiguous whatever the zone's rules.
    """
    clock = _changes(zone, start - _LONGEST_BUCKET, end)
    if granularity is Granularity.HOURLY:
        return _within_the_hour(clock)
    return tuple(_without_second_midnight(clock))


def buckets(
    clock: Sequence[OffsetChange], granularity: Granularity, start: datetime, end: datetime
) -> Iterator[TimeBucket]:
    """Yield the buckets that overlap `[start, end)`, in order; the first may begin before `start`."""
    held: TimeBucket | None = None
    for each in _walk(clock, granularity, end):
        if held is not None and each.start > start:
            yield held
        held = each
    if held is not None:
        yield held


def truncate(wall: datetime, granularity: Granularity) -> datetime:
    """Truncate a local time to the start of its bucket, as `date_trunc` does."""
    if granularity is Granularity.HOURLY:
        return wall.replace(minute=0, second=0, microsecond=0)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    match granularity:
        case Granularity.DAILY:
            return midnight
        case Granularity.WEEKLY:
            return midnight - timedelta(days=wall.weekday())
        case Granularity.MONTHLY:
            return midnight.replace(day=1)
        case Granularity.QUARTERLY:
            return midnight.replace(day=1, month=wall.month - (wall.month - 1) % _MONTHS_PER_QUARTER)


_ALWAYS_AS_LONG = {Granularity.HOURLY: _HOUR, Granularity.DAILY: _DAY, Granularity.WEEKLY: timedelta(days=7)}
_LONGER_THAN_ONE = {Granularity.MONTHLY: timedelta(days=31), Granularity.QUARTERLY: timedelta(days=92)}


def _next(name: datetime, granularity: Granularity) -> datetime:
    length = _ALWAYS_AS_LONG.get(granularity)
    return name + length if length else truncate(name + _LONGER_THAN_ONE[granularity], granularity)


def _walk(clock: Sequence[OffsetChange], granularity: Granularity, end: datetime) -> Iterator[TimeBucket]:
    """Iterate over buckets in local time, in which every bucket starts at its name."""
    last: datetime | None = None
    for shift, until in zip(clock, [*(each.since for each in clock[1:]), end], strict=True):
        begins, ends = (_wall(moment, shift.offset) for moment in (shift.since, min(until, end)))
        name = truncate(begins, granularity)
        while name < ends:
            if last is None or name > last:
                yield TimeBucket(max(shift.since, (name - shift.offset).replace(tzinfo=UTC)), name)
                last = name
            name = _next(name, granularity)


def _wall(moment: datetime, offset: timedelta) -> datetime:
    return moment.replace(tzinfo=None) + offset


def _changes(zone: tzinfo, start: datetime, end: datetime) -> list[OffsetChange]:
    """Find all offset changes of the zone, in steps within which no zone changes twice."""
    found = [OffsetChange(start, _offset(zone, start))]
    probes = [start + n * _SHORTEST_STAY for n in range((end - start) // _SHORTEST_STAY + 1)]
    for before, after in pairwise([*probes, end]):
        if _offset(zone, after) != found[-1].offset:
            found.append(OffsetChange(moment := _moment_of_change(zone, before, after), _offset(zone, moment)))
    return found


def _moment_of_change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    offset = _offset(zone, before)
    early, late = int(before.timestamp()), int(after.timestamp()) + 1
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if _offset(zone, _at(middle)) == offset else (early, middle)
    return _at(late)


def _at(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _within_the_hour(clock: Sequence[OffsetChange]) -> tuple[OffsetChange, ...]:
    """Reduce offset changes to what hourly buckets need: only changes by a fraction of an hour.

    An hour that local time repeats is two buckets. Offsets never decrease, so that names of hours are unique.
    """
    kept: list[OffsetChange] = []
    for each in clock:
        least = kept[-1].offset if kept else timedelta()
        offset = least + (each.offset - least) % _HOUR
        if not kept or offset != least:
            kept.append(OffsetChange(each.since, offset))
    return tuple(kept)


def _without_second_midnight(clock: Sequence[OffsetChange]) -> Iterator[OffsetChange]:
    """Ensure that each day starts once: a clock set back across midnight takes effect only at the second midnight."""
    yield clock[0]
    for before, after in pairwise(clock):
        reached = truncate(after.since + before.offset - timedelta.resolution, Granularity.DAILY)
        yield OffsetChange(max(after.since, reached - after.offset), after.offset)
