"""Whether quality gets better or worse: a robust slope over daily scores, with a stated rule of significance.

Slope: the median of the slopes between all pairs of days (Theil 1950, Sen 1968, https://doi.org/10.2307/2285891).
Significance: the test of Mann (1945) and Kendall, two-sided at 5 %, with ties taken into account; the variance of its
statistic is n(n-1)(2n+5)/18, less t(t-1)(2t+5)/18 for each group of t equal scores.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations
from statistics import median

SHORTEST_HISTORY = 7
"""So many days are the least from which a trend is told."""
SMALLEST_CHANGE = 1.0
"""So many points the slope has to come to over the whole history."""
_CRITICAL = 1.959964  # of the standard normal distribution, two-sided 5 %


class Trend(StrEnum):
    """Where quality is going."""

    IMPROVING = "improving"
    DECLINING = "declining"
    STABLE = "stable"


def trend(scores: Mapping[date, float]) -> Trend:
    """Tell the trend of daily scores (0 to 100); days without data are left out.

    The last day is the one that is looked at, and may be half over: it has no say in the slope. The trend is `stable`
    unless the days before it are at least seven, their order is significant, and the slope comes to a point or more
    from the first of them to the last.
    """
    history = sorted(scores.items())[:-1]
    if len(history) < SHORTEST_HISTORY or not _is_significant([score for _, score in history]):
        return Trend.STABLE
    slope = theil_sen([(day.toordinal(), score) for day, score in history])
    change = slope * (history[-1][0] - history[0][0]).days
    if abs(change) < SMALLEST_CHANGE:
        return Trend.STABLE
    return Trend.IMPROVING if change > 0 else Trend.DECLINING


def theil_sen(points: Sequence[tuple[int, float]]) -> float:
    """The median of the slopes between all pairs of points, whose first coordinates are all different."""
    return median((later - earlier) / (right - left) for (left, earlier), (right, later) in combinations(points, 2))


def _is_significant(scores: Sequence[float]) -> bool:
    size = len(scores)
    statistic = sum((later > earlier) - (later < earlier) for earlier, later in combinations(scores, 2))
    variance = (_pairs(size) - sum(map(_pairs, Counter(scores).values()))) / 18
    return variance > 0 and (abs(statistic) - 1) / math.sqrt(variance) > _CRITICAL


def _pairs(size: int) -> int:
    return size * (size - 1) * (2 * size + 5)
