"""Confidence sequences: equal to their published form, and right however often one looks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.statistics.confidence_sequences import confidence_sequence
from shared.statistics.unit_ratios import UnitSums

DAYS, PER_DAY = 30, 200
DECISIONS = 3
_FEW = (
    UnitSums(500, 1200, 2000, 4100, 6300, 11_000, 0, 0),
    UnitSums(520, 1150, 2080, 3900, 6200, 11_500, 0, 0),
)
_MANY = (
    UnitSums(20_000, 9000, 61_000, 9800, 33_000, 260_000, 0, 0),
    UnitSums(19_800, 9600, 60_500, 10_500, 34_000, 255_000, 0, 0),
)


def normal_mixture_bound(n: int, alpha: float, optimal_at: float) -> float:
    """Howard et al. 2021, https://doi.org/10.1214/20-AOS1991, equation 14: √((v + r) ln((v + r) / (r α²))) over n.

    r is that of their Proposition 3 in the approximation of Waudby-Smith et al. for the boundary to be tightest at a
    sample size.
    """
    r = optimal_at / (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha)))
    return math.sqrt((n + r) * math.log((n + r) / (r * alpha**2))) / n


@given(
    st.integers(2, 10**8),
    st.floats(1e-12, 1e6),
    st.sampled_from([0.05, 0.025, 0.05 / 9]),
    st.floats(-100, 100),
)
def test_the_interval_is_the_normal_mixture_boundary(n: int, variance: float, alpha: float, difference: float) -> None:
    half = math.sqrt(variance * n) * normal_mixture_bound(n, alpha, 5000)

    interval = confidence_sequence(difference, variance, n, alpha)

    assert interval == pytest.approx((difference - half, difference + half), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("control", "variant", "alpha", "expected"),
    [
        (_FEW[0], _FEW[1], 0.05, (-0.10065833387977322, 0.00642756464900409)),
        (_FEW[0], _FEW[1], 0.025, (-0.10426719090906253, 0.010036421678293404)),
        (_MANY[0], _MANY[1], 0.05, (0.005380302079558156, 0.016893102608153562)),
        (_MANY[0], _MANY[1], 0.025, (0.004960777687069179, 0.01731262700064254)),
    ],
)
def test_differences_of_ratios_have_the_intervals_of_gbstats(
    control: UnitSums, variant: UnitSums, alpha: float, expected: tuple[float, float]
) -> None:
    """`SequentialTwoSidedTTest` of GrowthBook's gbstats 0.8.0 with two `RatioStatistic`, tuned to 5000, absolute."""
    assert control.ratio is not None
    assert variant.ratio is not None
    variance = (control.variance or 0) + (variant.variance or 0)

    interval = confidence_sequence(variant.ratio - control.ratio, variance, control.units + variant.units, alpha)

    assert interval == pytest.approx(expected, rel=1e-10)


def test_the_interval_is_relatively_tightest_near_five_thousand_units() -> None:
    relative = {n: confidence_sequence(0.0, 1.0, n).high for n in (50, 500, 5000, 50_000, 5_000_000)}

    assert min(relative, key=lambda n: relative[n]) == 5000


def _looks(rng: np.random.Generator, runs: int, rate: float) -> dict[str, np.ndarray]:
    """Sums over units by run and day: customers with several decisions, whose rates differ between customers."""
    own = rng.beta(5 * rate, 5 * (1 - rate), size=(runs, DAYS, PER_DAY))
    y = 1 + rng.poisson(DECISIONS - 1, size=own.shape)
    x = rng.binomial(y, own)
    sums = {"x": x, "y": y, "xx": x * x, "xy": x * y, "yy": y * y}
    return {name: each.sum(axis=2).cumsum(axis=1).astype(float) for name, each in sums.items()}


def _sums(looks: dict[str, np.ndarray], run: int, day: int) -> UnitSums:
    values = {name: float(each[run, day]) for name, each in looks.items()}
    return UnitSums((day + 1) * PER_DAY, **values, hits=values["x"], misses=values["y"] - values["x"])


def _days_with_significance(runs: int, first: float, second: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    arms = [_looks(rng, runs, rate) for rate in (first, second)]
    found = np.zeros((runs, DAYS), dtype=bool)
    for run in range(runs):
        for day in range(DAYS):
            one, other = (_sums(each, run, day) for each in arms)
            assert one.ratio is not None
            assert other.ratio is not None
            variance = (one.variance or 0) + (other.variance or 0)
            interval = confidence_sequence(one.ratio - other.ratio, variance, one.units + other.units)
            found[run, day] = interval.low > 0 or interval.high < 0
    return found


def test_of_a_thousand_equal_arms_looked_at_daily_at_most_five_percent_are_ever_significant() -> None:
    found = _days_with_significance(1000, 0.2, 0.2, seed=20)

    assert found.any(axis=1).mean() <= 0.05


def test_a_real_effect_is_found_and_stays_found() -> None:
    found = _days_with_significance(100, 0.24, 0.2, seed=21)

    assert found[:, -1].mean() >= 0.95
