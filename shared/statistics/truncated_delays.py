"""The median delay of labels, also where decisions are so young that only short delays can have been observed.

A label is observed only if its delay is at most the age of its decision: delays are truncated on the right. The plain
median of such delays is too low, and decisions without a label are no censored ones, as most will never have one. The
product-limit estimate for truncated data is that of Lagakos, Barraj and De Gruttola (1988),
https://doi.org/10.1093/biomet/75.3.515.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from shared.statistics.label_delays import FEWEST_LABELS

_HALF = 0.5 - 1e-9  # a product that is exactly a half may be rounded down


class ObservedDelay(NamedTuple):
    """The delay of a label and the age of its decision, both in seconds; the age is at least the delay."""

    delay: float
    age: float


class MedianDelay(NamedTuple):
    """A median delay in seconds, and whether it is an estimate from truncated delays."""

    seconds: float
    truncated: bool


def median_delay(observed: Sequence[ObservedDelay], horizon: float) -> MedianDelay | None:
    """Return the median of the delays within a horizon in seconds; None with fewer than 50.

    With at least 50 delays of decisions that are as old as the horizon, it is the median of these. Otherwise it is the
    lowest delay at which the product-limit estimate from all delays is at least a half: the median among labels that
    arrive within the age of the oldest decision, as nothing is known of longer delays.
    """
    within = [each for each in observed if each.delay <= horizon]
    if len(within) < FEWEST_LABELS:
        return None
    whole = [delay for delay, age in within if age >= horizon]
    if len(whole) >= FEWEST_LABELS:
        return MedianDelay(median(whole), truncated=False)
    return MedianDelay(min(delay for delay, share in product_limit(within) if share >= _HALF), truncated=True)


def product_limit(observed: Iterable[ObservedDelay]) -> list[tuple[float, float]]:
    """Return the distribution of right-truncated delays as (delay, F(delay)), ascending; it ends with F = 1.

    F(u) is the product, over all observed delays v > u, of 1 - d(v) / n(v), where d(v) counts the delays that are v,
    and n(v) those that are at most v although their decision is at least v old. This is the maximum likelihood
    estimate of the distribution among delays up to the longest one observed.
    """
    rows = list(observed)
    delays, ages = sorted(row.delay for row in rows), sorted(row.age for row in rows)
    counts = Counter(delays)
    curve, share = list[tuple[float, float]](), 1.0
    for delay in sorted(counts, reverse=True):
        curve.append((delay, share))
        # Whose age is below `delay` has a lower delay, too, so that the difference of the two counts is n.
        at_risk = bisect_right(delays, delay) - bisect_left(ages, delay)
        share *= 1 - counts[delay] / at_risk
    return curve[::-1]
