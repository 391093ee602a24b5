"""Quantiles of the chi-square and Student's t distribution, to 1e-10, without SciPy.

Both distributions are incomplete gamma and beta functions, computed by their series and continued fractions as in Press
et al., Numerical Recipes, 3rd edition, 6.2 and 6.4 (NIST Digital Library of Mathematical Functions, 8.11.4, 8.9.2 and
8.17.22), and inverted by bisection. All probabilities are upper tails, so that small ones keep their digits.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from statistics import NormalDist

_TINY = 1e-300
_EPSILON = 2**-53
_MANY_DEGREES = 1000  # from which the series of Student's t in 1/degrees is exact enough


def chi_square_tail(value: float, degrees: int) -> float:
    """Return P(X > value) for a chi-square distribution, 0 to 1: the p-value of a chi-square statistic.

    Args:
        value: A statistic, at least 0.
        degrees: Degrees of freedom, 1 to 100 000.
    """
    half = value / 2  # which may be 0 although the value is not
    return _upper_gamma(degrees / 2, half) if half else 1.0


def chi_square_quantile(tail: float, degrees: int) -> float:
    """Return the x with P(X > x) = tail for a chi-square distribution: 3.841459 for 0.05 and one degree of freedom.

    Args:
        tail: Above 0 and below 1.
        degrees: Degrees of freedom, 1 to 100 000.
    """
    return _root(lambda value: chi_square_tail(value, degrees), tail)


def student_t_tail(value: float, degrees: float) -> float:
    """Return P(T > value) for Student's t distribution, at most 0.5.

    With n degrees of freedom and x = n / (n + t²) it is half the regularised incomplete beta function I(x; n/2, 1/2).

    Args:
        value: At least 0.
        degrees: Degrees of freedom, at least 1, not necessarily whole.
    """
    return _beta(degrees, value**2) / 2


def student_t_quantile(tail: float, degrees: float) -> float:
    """Return the t with P(T > t) = tail for Student's t distribution: 12.706205 for 0.025 and one degree of freedom.

    From 1000 degrees on it is the expansion around the normal quantile (Abramowitz and Stegun, 26.7.5).

    Args:
        tail: Above 0 and below 0.5.
        degrees: Degrees of freedom, at least 1, not necessarily whole.
    """
    if degrees >= _MANY_DEGREES:
        return _near_normal(-NormalDist().inv_cdf(tail), degrees)
    return _root(lambda value: student_t_tail(value, degrees), tail)


def _root(tail_of: Callable[[float], float], tail: float) -> float:
    """Bisect a falling function of positive values, until neighbouring doubles enclose its value."""
    low, high = 0.0, 1.0
    while tail_of(high) > tail:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if tail_of(middle) > tail else (low, middle)
    return high


def _upper_gamma(a: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function Q(a, x)."""
    factor = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        return 1 - factor * _gamma_series(a, x)
    # Q = factor / (x + 1 - a - 1(1 - a) / (x + 3 - a - 2(2 - a) / (x + 5 - a - …)))
    pairs = ((-n * (n - a), x + 2 * n + 1 - a) for n in count(1))
    return factor / _continued_fraction(x + 1 - a, pairs)


def _gamma_series(a: float, x: float) -> float:
    """Return Σ xⁿ / (a (a + 1) … (a + n))."""
    total = term = 1 / a
    for n in count(1):
        term *= x / (a + n)
        total += term
        if term < total * _EPSILON:
            break
    return total


def _beta(degrees: float, square: float) -> float:
    """Return I(n / (n + t²); n/2, 1/2) for n degrees of freedom and the square of t."""
    a, b = degrees / 2, 0.5
    x, rest = degrees / (degrees + square), square / (degrees + square)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    factor = math.exp(-a * math.log1p(square / degrees) - log_beta) * math.sqrt(rest)
    if x < (a + 1) / (a + b + 2):
        return factor / a / _beta_fraction(a, b, x)
    return 1 - factor / b / _beta_fraction(b, a, rest)


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Return 1 + d₁ / (1 + d₂ / (1 + …)), which converges fast for x < (a + 1) / (a + b + 2)."""

    def pairs() -> Iterator[tuple[float, float]]:
        for m in count():
            yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1.0
            n = m + 1
            yield n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n)), 1.0

    return _continued_fraction(1.0, pairs())


def _continued_fraction(first: float, pairs: Iterable[tuple[float, float]]) -> float:
    """Return first + n₁ / (d₁ + n₂ / (d₂ + …)) for pairs (n, d), by the method of Lentz, modified by Thompson."""
    value = above = first or _TINY
    below = 0.0
    for numerator, denominator in pairs:
        below = 1 / (denominator + numerator * below or _TINY)
        above = denominator + numerator / above or _TINY
        value *= above * below
        if abs(above * below - 1) < 2 * _EPSILON:
            break
    return value


def _near_normal(z: float, degrees: float) -> float:
    """Return the quantile of Student's t for the normal quantile of the same tail."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / degrees**power for power, term in enumerate(terms, start=1))
