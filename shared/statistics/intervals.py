"""Intervals that bound an estimate."""

from statistics import NormalDist
from typing import NamedTuple

Z_95 = NormalDist().inv_cdf(0.975)
"""Two-sided 5 % quantile of the standard normal distribution, 1.959964."""


class Interval(NamedTuple):
    """The lowest and the highest plausible value of an estimate, both finite; JSON has it as `[low, high]`."""

    low: float
    high: float

    def within(self, bounds: "Interval") -> "Interval":
        """Return the interval, cut at the bounds; an interval wholly outside becomes the nearer bound."""
        return Interval(min(max(self.low, bounds.low), bounds.high), min(max(self.high, bounds.low), bounds.high))
