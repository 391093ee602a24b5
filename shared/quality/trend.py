"""The trend of data quality: a robust slope over daily scores, with a significance test."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from shared.statistics.trend_tests import FEWEST_POINTS, is_monotone, theil_sen

SMALLEST_CHANGE = 1.0
"""Minimum total change for a trend over the whole history, in points."""


class Trend(StrEnum):
    """Trend of the quality score."""

    IMPROVING = "improving"
    DECLINING = "declining"
    STABLE = "stable"


def trend(scores: Mapping[date, float]) -> Trend:
    """Return the trend of daily scores (0 to 100); days without data are omitted.

    The last day may be incomplete, so it does not count for the slope. The trend is `stable` unless there are at least
    seven days before it, their order is significant, and the slope amounts to a point or more from the first to the
    last.
    """
    history = sorted(scores.items())[:-1]
    if len(history) < FEWEST_POINTS or not is_monotone([score for _, score in history]):
        return Trend.STABLE
    slope = theil_sen([(day.toordinal(), score) for day, score in history])
    change = slope * (history[-1][0] - history[0][0]).days
    if abs(change) < SMALLEST_CHANGE:
        return Trend.STABLE
    return Trend.IMPROVING if change > 0 else Trend.DECLINING
