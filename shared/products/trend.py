"""Whether a product's revenue rises or falls over a range: a robust slope over equal parts, by a stated rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.products.days import whole_days
from shared.statistics.trend_tests import FEWEST_POINTS, is_monotone, theil_sen

MOST_PARTS = 30
SMALLEST_CHANGE = 0.1
"""So large a share of a part's mean revenue the slope has to come to, from the first part to the last."""


class RevenueTrend(StrEnum):
    """Trend of a product's revenue."""

    INCREASING = "increasing"
    DECREASING = "decreasing"
    STABLE = "stable"


@dataclass(frozen=True)
class Parts:
    """Equal parts of a range, each of so many whole UTC days, one after the other."""

    first: date
    days: int
    count: int


def parts_of(start: datetime, end: datetime) -> Parts | None:
    """Cut a range into at most 30 equal parts of whole days that reach up to its last one; None if they are too few.

    The first days are left out where days cannot be shared out, and so are days that the range holds only a part of.
    """
    first, beyond = whole_days(start, end)
    days = (beyond - first).days
    if days < FEWEST_POINTS:
        return None
    each = -(-days // MOST_PARTS)
    count = days // each
    return Parts(beyond - timedelta(days=each * count), each, count)


def trend(revenues: Sequence[float]) -> RevenueTrend:
    """Tell the trend of the parts' revenue.

    It is `stable` unless the order of the parts is significant (Mann-Kendall, 5 %) and the slope (Theil-Sen) comes to a
    tenth of a part's mean revenue or more, from the first part to the last.
    """
    if not is_monotone(revenues):
        return RevenueTrend.STABLE
    change = theil_sen(list(enumerate(revenues))) * (len(revenues) - 1)
    if abs(change) < SMALLEST_CHANGE * sum(map(abs, revenues)) / len(revenues):
        return RevenueTrend.STABLE
    return RevenueTrend.INCREASING if change > 0 else RevenueTrend.DECREASING
