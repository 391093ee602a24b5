"""Intervals and tests of proportions: 95 % intervals, tests at 5 %.

Interval of a proportion: Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953. Interval of a difference:
Newcombe (1998), method 10, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
Several tests at once: Benjamini and Hochberg (1995), https://doi.org/10.1111/j.2517-6161.1995.tb02031.x.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.statistics.intervals import Z_95, Interval

FALSE_DISCOVERY_RATE = 0.05
"""Share of false discoveries among the significant tests of a family that `discoveries` accepts."""


@dataclass(frozen=True)
class Proportion:
    """A number of hits among a total number of trials.

    Raises:
        ValueError: The hits are negative, or more than the total.
    """

    hits: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.total:
            raise ValueError(f"{self.hits} hits of {self.total} are not a proportion")

    @property
    def value(self) -> float | None:
        """The share of hits, 0 to 1; None without trials."""
        return self.hits / self.total if self.total else None


def wilson(proportion: Proportion) -> Interval | None:
    """Return the 95 % score interval of a proportion; None without trials.

    With p = hits / n: (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964. The interval is within 0 to 1
    and contains p; without hits it starts at exactly 0, without misses it ends at exactly 1.
    """
    p, hits, total = proportion.value, proportion.hits, proportion.total
    if p is None:
        return None
    square = Z_95**2
    centre = (hits + square / 2) / (total + square)
    half = Z_95 * math.sqrt(hits * (1 - p) + square / 4) / (total + square)
    # Rounding must not exclude p, nor 0 and 1 where the formula gives exactly these.
    low = min(centre - half, p) if hits else 0.0
    high = max(centre + half, p) if hits < total else 1.0
    return Interval(low, high).within(Interval(0.0, 1.0))


def newcombe(first: Proportion, second: Proportion) -> Interval | None:
    """Return the 95 % hybrid score interval of first minus second (method 10); None if either has no trials.

    With p, l, u the proportion and its Wilson interval, d = p₁ - p₂: from d - √((p₁ - l₁)² + (u₂ - p₂)²) to
    d + √((u₁ - p₁)² + (p₂ - l₂)²). The interval is within -1 to 1.
    """
    one, two = wilson(first), wilson(second)
    if one is None or two is None:
        return None
    p1, p2 = first.hits / first.total, second.hits / second.total
    low = p1 - p2 - math.hypot(p1 - one.low, two.high - p2)
    high = p1 - p2 + math.hypot(one.high - p1, p2 - two.low)
    return Interval(low, high).within(Interval(-1.0, 1.0))


def pooled_z_test(first: Proportion, second: Proportion) -> float | None:
    """Return the two-sided p-value of the pooled z-test of two equal proportions; None if either has no trials.

    With p = (hits₁ + hits₂) / (n₁ + n₂): z = (p₁ - p₂) / √(p(1 - p)(1/n₁ + 1/n₂)), p-value 2(1 - Φ(|z|)). It is 1
    where all trials are hits or none is (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3.1).
    """
    if not first.total or not second.total:
        return None
    pooled = (first.hits + second.hits) / (first.total + second.total)
    variance = pooled * (1 - pooled) * (1 / first.total + 1 / second.total)
    if not variance:
        return 1.0
    z = (first.hits / first.total - second.hits / second.total) / math.sqrt(variance)
    return math.erfc(abs(z) / math.sqrt(2))


def discoveries(p_values: Sequence[float | None]) -> list[bool | None]:
    """Return which p-values of a family are significant at a false discovery rate of 5 % (Benjamini-Hochberg).

    Of m p-values, the r smallest are significant, for the largest r whose r-th is at most 0.05 r/m. Tests without a
    p-value are no part of the family, and None in the result, which has the order of the input.
    """
    family = sorted(p for p in p_values if p is not None)
    ranks = enumerate(family, start=1)
    limit = max((p for rank, p in ranks if p <= FALSE_DISCOVERY_RATE * rank / len(family)), default=-1.0)
    return [None if p is None else p <= limit for p in p_values]


def f1_interval(true_positives: int, false_positives: int, false_negatives: int) -> Interval | None:
    """Return a 95 % interval of the F1 score 2TP / (2TP + FP + FN); None if all three counts are 0.

    F1 = 2x / (1 + x) rises with x = TP / (TP + FP + FN) (the Jaccard index), so that the ends of the Wilson interval
    of x become those of F1.
    """
    union = wilson(Proportion(true_positives, true_positives + false_positives + false_negatives))
    return union and Interval(*(2 * x / (1 + x) for x in union))
