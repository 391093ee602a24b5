"""Ratios of sums over units: their variance is that of a bootstrap of units, and of a mean where y is 1."""

import numpy as np
import pytest

from shared.statistics.unit_ratios import UnitSums


def sums(x: np.ndarray, y: np.ndarray) -> UnitSums:
    """The sums of units."""
    return UnitSums(
        len(x), float(x.sum()), float(y.sum()), float((x * x).sum()), float((x * y).sum()), float((y * y).sum()), 0, 0
    )


def _customers(units: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    y = 1 + rng.poisson(4, size=units)
    return rng.binomial(y, rng.beta(1, 4, size=units)).astype(float), y.astype(float)


def test_the_variance_is_that_of_a_bootstrap_of_units() -> None:
    x, y = _customers()
    rng = np.random.default_rng(4)
    draws = rng.integers(0, len(x), size=(4000, len(x)))

    resampled = x[draws].sum(axis=1) / y[draws].sum(axis=1)

    assert sums(x, y).ratio == x.sum() / y.sum()
    assert sums(x, y).variance == pytest.approx(resampled.var(ddof=1), rel=0.06)


def test_units_with_several_decisions_have_more_variance_than_their_decisions_alone() -> None:
    x, y = _customers()
    rate = x.sum() / y.sum()

    assert (sums(x, y).variance or 0) > 1.5 * rate * (1 - rate) / y.sum()


def test_the_variance_of_a_mean_is_the_usual_one() -> None:
    x, _ = _customers()

    assert sums(x, np.ones_like(x)).variance == pytest.approx(x.var(ddof=1) / len(x))


def test_there_is_no_ratio_without_a_denominator_and_no_variance_of_one_unit() -> None:
    none, one = np.zeros(5), np.ones(1)

    assert (sums(none, none).ratio, sums(none, none).variance) == (None, None)
    assert (sums(one, one).ratio, sums(one, one).variance) == (1.0, None)


def test_equal_units_have_no_variance_whatever_rounding_leaves() -> None:
    y = np.full(1000, 3.3)

    assert sums(0.1 * y, y).variance == pytest.approx(0, abs=1e-15)
    assert (sums(0.1 * y, y).variance or 0) >= 0
