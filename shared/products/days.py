"""Divides the days of a range between roll-ups and base tables."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from shared.athena.sql import Statement, join, sql
from shared.currency.conversion import Days

_DAY, _MOMENT = timedelta(days=1), timedelta(milliseconds=1)


@dataclass(frozen=True)
class SourceDays:
    """The days of a range that are read from roll-ups and those read from base tables, each as contiguous spans."""

    whole: tuple[Days, ...]
    exact: tuple[Days, ...]


def split(start: datetime, end: datetime, excluded: Collection[str] = ()) -> SourceDays:
    """Split a range: days that lie in it entirely are read from roll-ups, except `excluded` days."""
    told = [(day, _is_whole(day, start, end) and day.isoformat() not in excluded) for day in _days(start, end)]
    spans = [(whole, [day for day, _ in run]) for whole, run in groupby(told, key=lambda each: each[1])]
    return SourceDays(
        tuple(_span(days) for whole, days in spans if whole),
        tuple(_span(days) for whole, days in spans if not whole),
    )


def on_days(spans: Iterable[Days]) -> Statement:
    """Return the condition that the partition of a row is one of these days."""
    conditions = (sql("dt BETWEEN :first AND :last", first=span.first, last=span.last) for span in spans)
    return sql("({any})", any=join(" OR ", conditions))


def whole_days(start: datetime, end: datetime) -> tuple[date, date]:
    """Return the first day that begins within a range, and the first later day that does not end within it."""
    first = start.date() if start.time() == time() else start.date() + _DAY
    return first, max(first, end.date())


def _days(start: datetime, end: datetime) -> Sequence[date]:
    last = (end - _MOMENT).date()
    return [start.date() + n * _DAY for n in range((last - start.date()).days + 1)]


def _is_whole(day: date, start: datetime, end: datetime) -> bool:
    first, beyond = whole_days(start, end)
    return first <= day < beyond


def _span(days: Sequence[date]) -> Days:
    return Days(days[0].isoformat(), days[-1].isoformat())
