"""Welch's interval equals SciPy's."""

from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.welch import Sample, welch

VALUES = st.lists(st.integers(-100, 100).map(float), min_size=2, max_size=30)

VARIED = VALUES.filter(lambda values: len(set(values)) > 1)
"""SciPy warns of samples without variance."""


def _sample(values: list[float]) -> Sample:
    return Sample(len(values), fmean(values), variance(values))


@given(VARIED, VARIED)
def test_the_interval_equals_scipy(first: list[float], second: list[float]) -> None:
    theirs = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)

    assert welch(_sample(first), _sample(second)) == pytest.approx(tuple(theirs), rel=1e-9, abs=1e-9)


@given(VALUES, VALUES)
def test_the_interval_contains_the_difference_and_is_mirrored(first: list[float], second: list[float]) -> None:
    ours, mirrored = welch(_sample(first), _sample(second)), welch(_sample(second), _sample(first))

    assert ours is not None
    assert mirrored is not None
    assert ours.low <= fmean(first) - fmean(second) <= ours.high
    assert ours == pytest.approx((-mirrored.high, -mirrored.low))


def test_large_samples_have_the_normal_interval() -> None:
    ours = welch(Sample(10**9, 1.0, 2.0), Sample(10**9, 0.5, 3.0))

    assert ours == pytest.approx((0.5 - 1.959964 * 5e-9**0.5, 0.5 + 1.959964 * 5e-9**0.5), rel=1e-9)


def test_a_sample_without_variance_adds_no_degrees_of_freedom() -> None:
    # t of 9 degrees of freedom, 2.262157, times the root of 4 / 10
    assert welch(Sample(10, 5.0, 4.0), Sample(3, 1.0, 0.0)) == pytest.approx(
        (4 - 2.262157 * 0.4**0.5, 4 + 2.262157 * 0.4**0.5), rel=1e-6
    )


def test_without_variance_the_difference_is_certain() -> None:
    assert welch(Sample(2, 3.0, 0.0), Sample(9, 1.0, 0.0)) == (2.0, 2.0)


def test_one_value_has_no_interval() -> None:
    assert welch(Sample(1, 3.0, 0.0), Sample(9, 1.0, 1.0)) is None
    assert welch(Sample(9, 1.0, 1.0), Sample(0, 0.0, 0.0)) is None
