"""The range with which a range is compared: as many calendar months, or an equally long one, just before."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity, TimeBucket, buckets, wall_clock

_INSTANT = timedelta(milliseconds=1)
_DAYS = timedelta(days=2)
"""More than the local time of any zone differs from UTC."""

_MONTHS_PER_YEAR = 12


def preceding_start(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return the start of the range just before `[start, end)` with which it is compared.

    A range of whole calendar months of the zone, and so of quarters or years, is compared with as many months before
    it, any other range with the equally long one.
    """
    first, beyond = (_month_that_begins_at(moment, zone) for moment in (start, end))
    if first is None or beyond is None:
        return start - (end - start)
    count = _number(beyond) - _number(first)
    year, month = divmod(_number(first) - count, _MONTHS_PER_YEAR)
    return _start_of_month(year, month + 1, zone)


def begins_bucket(moment: datetime, granularity: Granularity, zone: ZoneInfo) -> bool:
    """Whether a bucket begins at a moment, rather than before it."""
    return _bucket_of(moment, granularity, zone).start == moment


def _month_that_begins_at(moment: datetime, zone: ZoneInfo) -> datetime | None:
    found = _bucket_of(moment, Granularity.MONTHLY, zone)
    return found.name if found.start == moment else None


def _bucket_of(moment: datetime, granularity: Granularity, zone: ZoneInfo) -> TimeBucket:
    clock = wall_clock(zone, granularity, moment, moment + _INSTANT)
    return next(buckets(clock, granularity, moment, moment + _INSTANT))


def _number(month: datetime) -> int:
    """Return the number of a month since the year 0."""
    return month.year * _MONTHS_PER_YEAR + month.month - 1


def _start_of_month(year: int, month: int, zone: ZoneInfo) -> datetime:
    name = datetime(year, month, 1)  # noqa: DTZ001 # local time, as the names of buckets are
    about = name.replace(tzinfo=UTC)
    clock = wall_clock(zone, Granularity.MONTHLY, about - _DAYS, about + _DAYS)
    found = buckets(clock, Granularity.MONTHLY, about - _DAYS, about + _DAYS)
    return next(bucket.start for bucket in found if bucket.name == name)
