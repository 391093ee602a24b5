"""Slopes and significance are those of the papers, checked against SciPy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.trend_tests import is_monotone, theil_sen

FIVE_PERCENT = 0.05


def test_days_without_data_keep_their_distance() -> None:
    points = [(0, 90.0), (1, 91.0), (11, 101.0)]

    assert theil_sen(points) == 1.0


def test_the_slope_is_the_median_of_all_pairs() -> None:
    slopes = [1, 1, 1, 100 / 3, 99 / 2, 98]

    assert theil_sen([(0, 0.0), (1, 1.0), (2, 2.0), (3, 100.0)]) == pytest.approx((slopes[2] + slopes[3]) / 2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_the_slope_equals_scipy(values: list[float]) -> None:
    theirs = stats.theilslopes(values).slope

    assert theil_sen(list(enumerate(values))) == pytest.approx(theirs, rel=1e-9, abs=1e-6)


@given(st.lists(st.integers(0, 1000), min_size=7, max_size=30, unique=True))
def test_without_ties_significance_is_the_normal_approximation(values: list[int]) -> None:
    size = len(values)
    statistic = stats.kendalltau(range(size), values).statistic * size * (size - 1) / 2
    z = (abs(round(statistic)) - 1) / (size * (size - 1) * (2 * size + 5) / 18) ** 0.5

    assert is_monotone([float(each) for each in values]) is bool(2 * stats.norm.sf(z) < FIVE_PERCENT)


def test_equal_values_have_no_trend() -> None:
    assert not is_monotone([3.0] * 30)


def test_ties_are_corrected_in_the_variance() -> None:
    # S = 18, variance (9x8x23 - 6x5x17 - 3x2x11) / 18 = 60: z = 2.19; without the correction 1.77
    assert is_monotone([0.0] * 6 + [1.0] * 3)
    # S = 12, z = 1.83
    assert not is_monotone([0.0] * 6 + [1.0] * 2)
