"""Whether values rise or fall over time, told robustly: by medians and orders, which no single value can turn.

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
"""So many values are the least from which a trend is told."""
_CRITICAL = 1.959964  # of the standard normal distribution, two-sided 5 %


def theil_sen(points: Sequence[tuple[int, float]]) -> float:
    """The median of the slopes between all pairs of points, whose first coordinates are all different."""
    return median((later - earlier) / (right - left) for (left, earlier), (right, later) in combinations(points, 2))


def is_monotone(values: Sequence[float]) -> bool:
    """Whether values in their order rise or fall more steadily than chance would have it (Mann-Kendall, 5 %)."""
    size = len(values)
    statistic = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    variance = (_pairs(size) - sum(map(_pairs, Counter(values).values()))) / 18
    return variance > 0 and (abs(statistic) - 1) / math.sqrt(variance) > _CRITICAL


def _pairs(size: int) -> int:
    return size * (size - 1) * (2 * size + 5)
