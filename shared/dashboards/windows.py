"""Time windows that move with the present, cut to whole buckets: the same for everyone within a bucket. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity, TimeBucket, buckets, wall_clock

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LONGEST_BUCKETS = timedelta(days=200)
"""More than two quarters."""


class TimeWindow(StrEnum):
    """How far a widget looks back."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    YEAR = "365d"
    MONTH_TO_DATE = "mtd"
    QUARTER_TO_DATE = "qtd"
    YEAR_TO_DATE = "ytd"


_LENGTHS: Mapping[TimeWindow, timedelta] = {
    TimeWindow.HOUR: _HOUR,
    TimeWindow.DAY: _DAY,
    TimeWindow.WEEK: 7 * _DAY,
    TimeWindow.MONTH: 30 * _DAY,
    TimeWindow.QUARTER: 90 * _DAY,
    TimeWindow.YEAR: 365 * _DAY,
}
_CALENDAR: Mapping[TimeWindow, Granularity] = {
    TimeWindow.MONTH_TO_DATE: Granularity.MONTHLY,
    TimeWindow.QUARTER_TO_DATE: Granularity.QUARTERLY,
}
_SHORTEST: Mapping[Granularity, timedelta] = {
    Granularity.HOURLY: _HOUR,
    Granularity.DAILY: _DAY,
    Granularity.WEEKLY: 7 * _DAY,
    Granularity.MONTHLY: 30 * _DAY,
    Granularity.QUARTERLY: 90 * _DAY,
}
_SIZES: Mapping[TimeWindow, timedelta] = {
    **_LENGTHS,
    TimeWindow.MONTH_TO_DATE: 30 * _DAY,
    TimeWindow.QUARTER_TO_DATE: 90 * _DAY,
    TimeWindow.YEAR_TO_DATE: 365 * _DAY,
}


def default_granularity(window: TimeWindow) -> Granularity:
    """Return the buckets that a window is cut to where none are named: hours up to a day, otherwise days."""
    return Granularity.HOURLY if _SIZES[window] <= _DAY else Granularity.DAILY


def is_shorter_than_a_bucket(window: TimeWindow, granularity: Granularity) -> bool:
    """Whether a window cannot contain a whole bucket."""
    return _SIZES[window] < _SHORTEST[granularity]


def window_range(
    window: TimeWindow, now: datetime, granularity: Granularity, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return the half-open range of a window: up to the end of the running bucket.

    A window of a length starts with a bucket, too; one to date starts with its month, quarter or year.
    """
    end = _running_and_next(now, granularity, zone)[1].start
    if window in _LENGTHS:
        return _floor(_before(end, _LENGTHS[window], zone), granularity, zone), end
    if window in _CALENDAR:
        return _floor(now, _CALENDAR[window], zone), end
    return _floor(datetime(now.astimezone(zone).year, 1, 2, tzinfo=zone), Granularity.MONTHLY, zone), end


def _before(end: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """Return the moment so long before another: days by local time, which may have 23 or 25 hours."""
    if length <= _DAY:
        return end - length
    return (end.astimezone(zone) - length).astimezone(UTC)


def _floor(moment: datetime, granularity: Granularity, zone: ZoneInfo) -> datetime:
    return _running_and_next(moment.astimezone(UTC), granularity, zone)[0].start


def _running_and_next(moment: datetime, granularity: Granularity, zone: ZoneInfo) -> tuple[TimeBucket, TimeBucket]:
    until = moment + _LONGEST_BUCKETS
    running, following = islice(buckets(wall_clock(zone, granularity, moment, until), granularity, moment, until), 2)
    return running, following
