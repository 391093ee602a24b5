"""Estimates of fraud whose labels have not arrived yet, from the delays of earlier labels.

A delay is the time from a decision to its first fraud label, in seconds. A decision found to be fraud at an age at
which the share F of labels has arrived stands for 1 / F decisions (Horvitz and Thompson 1952,
https://doi.org/10.1080/01621459.1952.10483446), with F the empirical distribution of the delays.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from shared.statistics.intervals import Interval

FEWEST_LABELS = 50
"""Minimum number of delays for any estimate."""
FEWEST_KNOWN = 10
"""Minimum number of known frauds for an interval."""
LEAST_SHARE = 0.05
"""Decisions of ages at which a smaller share of labels has arrived are left out of estimates."""
_Z = 1.96  # as published in the formula; not the more precise quantile


class MissingEstimate(StrEnum):
    """Why an estimate, or its interval, is missing."""

    TOO_FEW_LABELS = "too few labels"
    TOO_FEW_KNOWN = "too few known"


class KnownFraud(NamedTuple):
    """A missed fraud that is known: its age in seconds, at least 0, and its weight in the sum, its amount or 1."""

    age: float
    weight: float


class KnownFrauds(NamedTuple):
    """Missed frauds of ages by which equally many of the delays are over, `arrived` of `DelayCurve.labels`."""

    arrived: int
    frauds: int
    weights: float
    """The sum of their weights."""
    squares: float
    """The sum of the squares of their weights."""


@dataclass(frozen=True)
class LateFraud:
    """The estimated sum of the weights of all missed frauds, those without a label included.

    All numbers leave out frauds that are too young, which `excluded` counts. `value`, `variance` and `interval` are
    None with too few labels, `variance` and `interval` with too few known frauds; `missing` is the reason.
    """

    known: float
    value: float | None = None
    variance: float | None = None
    interval: Interval | None = None
    """95 %, within the bounds."""
    excluded: int = 0
    missing: MissingEstimate | None = None


class DelayCurve:
    """F(a), the share of labels that arrive by the age a of their decision, among those within a horizon.

    Args:
        delays: The delays in seconds, at most the horizon, ascending, of decisions at least as old as the horizon.
    """

    def __init__(self, delays: Sequence[float]) -> None:
        self._delays = delays

    @property
    def labels(self) -> int:
        """The number of delays, L."""
        return len(self._delays)

    def arrived(self, age: float) -> int:
        """Return how many of the delays are at most an age in seconds: L · F(age)."""
        return bisect_right(self._delays, age)

    def youngest(self) -> float | None:
        """Return the lowest age in seconds at which F is at least 0.05, as in estimates; None without delays."""
        ranks = enumerate(self._delays, start=1)
        return next((delay for rank, delay in ranks if _is_old_enough(rank, self.labels)), None)

    def grouped(self, frauds: Iterable[KnownFraud]) -> list[KnownFrauds]:
        """Return known frauds in the groups that `estimate` takes."""
        groups: defaultdict[int, list[float]] = defaultdict(list)
        for age, weight in frauds:
            groups[self.arrived(age)].append(weight)
        return [
            KnownFrauds(arrived, len(weights), math.fsum(weights), math.fsum(each**2 for each in weights))
            for arrived, weights in groups.items()
        ]


def estimate(labels: int, groups: Iterable[KnownFrauds], bounds: Interval) -> LateFraud:
    """Return the estimated sum over all missed frauds, those included whose labels have yet to arrive.

    With F = arrived ÷ labels and x the weights: value N = Σ x / F over the known frauds, r = N - Σ x and
    V = Σ x²(1 - F)/F² + (1/L) ΣᵢΣⱼ xᵢxⱼ F(min)(1 - F(max)) / (Fᵢ²Fⱼ²), the first term for which frauds are known, the
    second for the curve, which is the same for all. The interval is Σ x + r exp(±1.96 √ln(1 + V/r²)): that of a
    log-normal remainder, which is never negative (Chao 1987, https://doi.org/10.2307/2531532).

    Args:
        labels: L, the number of delays of the curve.
        groups: The known missed frauds, in any order; several groups may have the same `arrived`.
        bounds: The least and the greatest sum that is possible, at which the interval is cut.
    """
    if labels < FEWEST_LABELS:
        return LateFraud(math.fsum(group.weights for group in groups), missing=MissingEstimate.TOO_FEW_LABELS)
    young, old = _by_age(labels, groups)
    excluded = sum(group.frauds for group in young)
    known = math.fsum(group.weights for group in old)
    remainder = math.fsum(group.weights * (labels - group.arrived) / group.arrived for group in old)
    if sum(group.frauds for group in old) < FEWEST_KNOWN:
        return LateFraud(known, known + remainder, excluded=excluded, missing=MissingEstimate.TOO_FEW_KNOWN)
    variance = _variance(labels, old)
    interval = _interval(known, remainder, variance).within(bounds)
    return LateFraud(known, known + remainder, variance, interval, excluded)


def _by_age(labels: int, groups: Iterable[KnownFrauds]) -> tuple[list[KnownFrauds], list[KnownFrauds]]:
    """Return the groups that are too young, and the others in the order of F."""
    young, old = list[KnownFrauds](), list[KnownFrauds]()
    for group in sorted(groups):
        (old if _is_old_enough(group.arrived, labels) else young).append(group)
    return young, old


def _is_old_enough(arrived: int, labels: int) -> bool:
    return arrived > 0 and arrived / labels >= LEAST_SHARE


def _variance(labels: int, groups: Iterable[KnownFrauds]) -> float:
    """Return V of groups in the order of F, in one pass over them.

    Of two groups the earlier has F(min), so that the double sum is Σⱼ yⱼ(1 - Fⱼ)(yⱼFⱼ + 2 Σᵢ yᵢFᵢ), with y = Σ x / F²
    of a group and i the groups before j.
    """
    before = 0.0
    terms = []
    for group in groups:
        share = group.arrived / labels
        rest = (labels - group.arrived) / labels
        scaled = group.weights / share**2
        terms.append(group.squares * rest / share**2)
        terms.append(scaled * rest * (scaled * share + 2 * before) / labels)
        before += scaled * share
    return math.fsum(terms)


def _interval(known: float, remainder: float, variance: float) -> Interval:
    if remainder <= 0:
        return Interval(known, known)
    factor = math.exp(_Z * math.sqrt(math.log1p(variance / remainder**2)))
    return Interval(known + remainder / factor, known + remainder * factor)
