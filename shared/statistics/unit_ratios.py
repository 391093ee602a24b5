"""Ratios of sums over independent units, and the variance that they have although a unit has several observations.

With x and y the sums of a unit, the ratio R = Σx ÷ Σy has by the delta method the variance s²(xᵢ - R yᵢ) ÷ (m ȳ²), with
m units and m - 1 in s² (Deng, Knoblich and Lu 2018, https://doi.org/10.1145/3219819.3219919); for y = 1 it is that of a
mean. It needs only sums over units, so that a query can add them up.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitSums:
    """Sums over the m units of an arm; `hits` and `misses` are the observations for and against."""

    units: int
    x: float
    y: float
    xx: float
    xy: float
    yy: float
    hits: float
    misses: float

    @property
    def ratio(self) -> float | None:
        """R = Σx ÷ Σy; None if the denominator is 0."""
        return self.x / self.y if self.y else None

    @property
    def variance(self) -> float | None:
        """The variance of the ratio, at least 0; None with fewer than two units or without a denominator."""
        ratio = self.ratio
        if ratio is None or self.units < 2:  # noqa: PLR2004 # a variance takes two
            return None
        squares = self.xx - 2 * ratio * self.xy + ratio**2 * self.yy  # Σ(x - R y)², of which the mean is 0
        mean = self.y / self.units
        return max(0.0, squares) / (self.units - 1) / (self.units * mean**2)
