"""Quantiles and tails equal SciPy's to 1e-10."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.distributions import chi_square_quantile, chi_square_tail, student_t_quantile, student_t_tail

DEGREES = st.integers(1, 40) | st.integers(1, 100_000)
FRACTIONAL = st.floats(1, 100) | st.floats(1, 10**9) | st.floats(990, 1010)
TAILS = st.floats(1e-9, 0.49) | st.floats(0.01, 0.05)


@given(st.floats(0, 0.9) | st.floats(0, 3), DEGREES)
def test_the_tail_of_chi_square_equals_scipy(part: float, degrees: int) -> None:
    value = part * degrees

    assert chi_square_tail(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), rel=1e-10, abs=1e-200)


@given(TAILS | st.floats(0.5, 0.999), DEGREES)
def test_the_quantile_of_chi_square_equals_scipy(tail: float, degrees: int) -> None:
    assert chi_square_quantile(tail, degrees) == pytest.approx(stats.chi2.isf(tail, degrees), rel=1e-10)


@given(st.floats(0.01, 40), st.floats(1, 1000))
def test_the_tail_of_student_t_equals_scipy(value: float, degrees: float) -> None:
    assert student_t_tail(value, degrees) == pytest.approx(stats.t.sf(value, degrees), rel=1e-10)


@given(TAILS, FRACTIONAL)
def test_the_quantile_of_student_t_equals_scipy(tail: float, degrees: float) -> None:
    assert student_t_quantile(tail, degrees) == pytest.approx(stats.t.isf(tail, degrees), rel=1e-10)


@given(st.floats(0, 0.01))
def test_the_tail_near_0_is_that_of_cauchy(value: float) -> None:
    # With one degree of freedom; SciPy's own has an error of up to 2e-9 here.
    assert student_t_tail(value, 1) == pytest.approx(0.5 - math.atan(value) / math.pi, rel=1e-14)


def test_published_quantiles() -> None:
    # Tables of the NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7
    assert [round(chi_square_quantile(0.05, degrees), 3) for degrees in (1, 10, 100)] == [3.841, 18.307, 124.342]
    assert [round(student_t_quantile(0.025, degrees), 3) for degrees in (1, 10, 100)] == [12.706, 2.228, 1.984]


def test_no_statistic_is_below_0() -> None:
    assert chi_square_tail(0.0, 1) == 1.0
    assert student_t_tail(0.0, 5) == 0.5
