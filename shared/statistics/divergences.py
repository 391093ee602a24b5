"""How far the distribution of a feature is from that of a reference: PSI and Kullback-Leibler divergence over bins.

Population stability index (PSI): Siddiqi, Credit Risk Scorecards (2006); it is the divergence of Jeffreys (1946). Its
critical value: Yurdakul and Naranjo (2020), https://doi.org/10.21314/JRMV.2020.227.
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from shared.statistics.distributions import chi_square_quantile

SMOOTHING = 0.5
"""Added to each count (Krichevsky and Trofimov 1981), so that a bin that is empty on one side has a finite term."""
SIGNIFICANCE = 0.05
"""Probability of a false alarm over all features together."""

Bin = TypeVar("Bin", bound=Hashable)


class BinShares(NamedTuple):
    """The smoothed shares of a bin, 0 to 1, and its term of the PSI, at least 0."""

    current: float
    reference: float
    contribution: float


@dataclass(frozen=True)
class Divergence(Generic[Bin]):
    """The divergence of current counts from reference counts.

    `bins` has those with a count on either side, B of them: in the order of the reference, then the others.
    """

    psi: float
    kl: float
    bins: Mapping[Bin, BinShares]


def divergence(current: Mapping[Bin, int], reference: Mapping[Bin, int]) -> Divergence[Bin]:
    """Compare the counts of bins; a bin that is missing on one side has a count of 0 there.

    A bin's share is (count + 0.5) / (n + 0.5 B), with n the sum of the counts of its side and B the number of bins that
    are not empty on both sides. With c and r the current and the reference share: PSI = Σ (c - r) ln(c / r), and
    KL = Σ c ln(c / r); both are at least 0, and 0 without any counts.
    """
    names = [name for name in {**reference, **current} if current.get(name) or reference.get(name)]
    ours, theirs = _shares(current, names), _shares(reference, names)
    logarithms = [math.log(c / r) for c, r in zip(ours, theirs, strict=True)]
    terms = [(c - r) * log for c, r, log in zip(ours, theirs, logarithms, strict=True)]
    # KL of equal distributions is 0, and must not be less by rounding.
    kl = max(0.0, math.fsum(c * log for c, log in zip(ours, logarithms, strict=True)))
    bins = dict(zip(names, map(BinShares, ours, theirs, terms), strict=True))
    return Divergence(math.fsum(terms), kl, bins)


def critical_value(current: int, reference: int, bins: int, features: int) -> float | None:
    """Return the PSI that is exceeded by chance in 5 % of comparisons of so many features together.

    (1/n + 1/m) times the quantile of the chi-square distribution with B - 1 degrees of freedom at the level
    1 - 0.05 / features (Bonferroni). With a single bin it is 0, as is then the PSI.

    Args:
        current: n, the number of current values.
        reference: m, the number of reference values.
        bins: B, the number of bins that `divergence` returns.
        features: The number of features that are compared, at least 1.

    Returns:
        None if either side has no values.
    """
    if not current or not reference:
        return None
    if bins == 1:
        return 0.0
    return (1 / current + 1 / reference) * chi_square_quantile(SIGNIFICANCE / features, bins - 1)


def _shares(counts: Mapping[Bin, int], names: list[Bin]) -> list[float]:
    total = sum(counts.values()) + SMOOTHING * len(names)
    return [(counts.get(name, 0) + SMOOTHING) / total for name in names]
