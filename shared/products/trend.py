"""The revenue trend of a product: a robust slope over equal parts of the range, with a significance test."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shared.statistics.trend_tests import FEWEST_POINTS, is_monotone, theil_sen

MOST_PARTS = 30
SMALLEST_CHANGE = 0.1
"""Minimum total change for a trend, from the first part to the last, as a fraction of a part's mean revenue."""


class RevenueTrend(StrEnum):
    """Trend of a product's revenue."""

    INCREASING = "increasing"
    DECREASING = "decreasing"
    STABLE = "stable"


@dataclass(frozen=True)
class Parts:
    """Consecutive parts of a range, each with the same number of whole UTC days."""

    first: date
    days: int
    count: int


def parts_of(start: datetime, end: datetime) -> Parts | None:
    """Divide a range into at most 30 equal parts of whole days that end with its last; None if there are too few days.

    Days at the start that do not fill a part are omitted, and so are days that lie only partly within the range.
    """
    first, beyond = _whole_days(start, end)
    days = (beyond - first).days
    if days < FEWEST_POINTS:
        return None
    each = -(-days // MOST_PARTS)
    count = days // each
    return Parts(beyond - timedelta(days=each * count), each, count)


def _whole_days(start: datetime, end: datetime) -> tuple[date, date]:
    """Return the first day that begins within a range, and the first later day that does not end within it."""
    first = start.date() if start.time() == time() else start.date() + timedelta(days=1)
    return first, max(first, end.date())


def trend(revenues: Sequence[float]) -> RevenueTrend:
    """Return the trend of the revenue of the parts.

    The trend is `stable` unless the order of the parts is significant (Mann-Kendall, 5 %) and the slope (Theil-Sen)
    amounts, from the first part to the last, to at least a tenth of a part's mean revenue.
    """
    if not is_monotone(revenues):
        return RevenueTrend.STABLE
    change = theil_sen(list(enumerate(revenues))) * (len(revenues) - 1)
    if abs(change) < SMALLEST_CHANGE * sum(map(abs, revenues)) / len(revenues):
        return RevenueTrend.STABLE
    return RevenueTrend.INCREASING if change > 0 else RevenueTrend.DECREASING
