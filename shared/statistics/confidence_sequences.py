"""Intervals that hold at every look at once, so that an experiment may be watched and stopped at any time.

The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), "Time-uniform central
limit theory and asymptotic confidence sequences", https://arxiv.org/abs/2103.06476, Theorem 2.2, with their
approximation of the rho that makes intervals tightest at a number of units.
"""

import math

from shared.statistics.intervals import Interval

SIGNIFICANCE = 0.05
"""alpha: the probability that any of the intervals, over all looks, misses the true value."""
_TIGHTEST_AT = 5000
"""The number of units at which intervals are tightest."""


def confidence_sequence(difference: float, variance: float, units: int, significance: float = SIGNIFICANCE) -> Interval:
    """Return the interval of a difference at a look.

    With n units and V the variance of the difference, it is
    difference ± √(V n) √(2 (n rho² + 1) ÷ (n² rho²) ln(√(n rho² + 1) ÷ alpha)), with
    rho² = (-2 ln alpha + ln(1 - 2 ln alpha)) ÷ 5000.

    Args:
        difference: The estimate.
        variance: V, its variance with the units so far, at least 0.
        units: n, those of both arms together, at least 1.
        significance: alpha, above 0 and below 1.
    """
    spread = math.sqrt(variance * units) * _boundary(units, significance)
    return Interval(difference - spread, difference + spread)


def _boundary(units: int, significance: float) -> float:
    """Return the half-width for a standard deviation of 1 per unit."""
    log = math.log(significance)
    rho = (-2 * log + math.log(1 - 2 * log)) / _TIGHTEST_AT  # rho²
    product = units * rho + 1
    return math.sqrt(2 * product / (units**2 * rho) * math.log(math.sqrt(product) / significance))
