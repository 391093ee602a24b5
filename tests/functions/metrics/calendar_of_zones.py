"""Buckets as the zone's own calendar says, without a thought of how they are computed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity
from shared.metrics.question import MetricQuestion


def spine(question: MetricQuestion) -> Iterator[datetime]:
    """Every bucket of the range, found by stepping through it by less than the shortest."""
    step = timedelta(minutes=30) if question.granularity is Granularity.HOURLY else timedelta(hours=12)
    moment = question.start
    while moment < question.end:
        yield bucket_of(question, moment)
        moment += step
    yield bucket_of(question, question.end - timedelta(milliseconds=1))


def bucket_of(question: MetricQuestion, moment: datetime) -> datetime:
    """When the bucket of a moment begins."""
    local = moment.astimezone(question.zone)
    if question.granularity is Granularity.HOURLY:
        return moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return _midnight(_first_day(question.granularity, local.date()), question.zone)


def _first_day(granularity: Granularity, day: date) -> date:
    match granularity:
        case Granularity.WEEKLY:
            return date.fromisocalendar(*day.isocalendar()[:2], 1)
        case Granularity.MONTHLY:
            return date(day.year, day.month, 1)
        case Granularity.QUARTERLY:
            return date(day.year, (1, 4, 7, 10)[(day.month - 1) // 3], 1)
        case _:
            return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
