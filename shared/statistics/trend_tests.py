"""Robust trend statistics, based on medians and ranks, so that a single outlier cannot change the result.

Slope: the median of the slopes between all pairs of points (Theil 1950, Sen 1968, https://doi.org/10.2307/2285891).
Significance: the test of Mann (1945) and Kendall, two-sided at 5 %, with ties taken into account; the variance of its
statistic is n(n-1)(2n+5)/18, less t(t-1)(2t+5)/18 for each group of t equal values.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from statistics import median

FEWEST_POINTS = 7
"""Minimum number of values for a trend."""
_CRITICAL = 1.959964  # two-sided 5 % quantile of the standard normal distribution


def theil_sen(points: Sequence[tuple[int, float]]) -> float:
    """Return the median of the slopes between all pairs of points; their first coordinates must be distinct."""
    return median((later - earlier) / (right - left) for (left, earlier), (right, later) in combinations(points, 2))


def is_monotone(values: Sequence[float]) -> bool:
    """Whether the sequence rises or falls significantly (Mann-Kendall, two-sided 5 %)."""
    size = len(values)
    statistic = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    variance = (_pairs(size) - sum(map(_pairs, Counter(values).values()))) / 18
    return variance > 0 and (abs(statistic) - 1) / math.sqrt(variance) > _CRITICAL


def _pairs(size: int) -> int:
    return size * (size - 1) * (2 * size + 5)
