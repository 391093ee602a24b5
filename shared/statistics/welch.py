"""The difference of two means whose samples have different variances.

Welch (1947), https://doi.org/10.1093/biomet/34.1-2.28.
"""

import math
from typing import NamedTuple

from shared.statistics.distributions import student_t_quantile
from shared.statistics.intervals import Interval

_TAIL = 0.025  # above and below a 95 % interval


class Sample(NamedTuple):
    """A number of values, their mean and their variance (with n - 1, at least 0)."""

    size: int
    mean: float
    variance: float


def welch(first: Sample, second: Sample) -> Interval | None:
    """Return the 95 % interval of the mean of first minus that of second; None if either has fewer than two values.

    With e = s² / n, d = x̄₁ - x̄₂: d ± t √(e₁ + e₂), where t is the 97.5 % quantile of Student's t distribution with
    (e₁ + e₂)² / (e₁²/(n₁ - 1) + e₂²/(n₂ - 1)) degrees of freedom. Without any variance both ends are d.
    """
    if min(first.size, second.size) <= 1:
        return None
    difference = first.mean - second.mean
    one, two = first.variance / first.size, second.variance / second.size
    if not one + two:
        return Interval(difference, difference)
    share = one / (one + two)
    degrees = 1 / (share**2 / (first.size - 1) + (1 - share) ** 2 / (second.size - 1))
    half = student_t_quantile(_TAIL, degrees) * math.sqrt(one + two)
    return Interval(difference - half, difference + half)
