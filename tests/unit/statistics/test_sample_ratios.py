"""The test of allocations is that of SciPy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.sample_ratios import goodness_of_fit


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0.01, 1)), min_size=2, max_size=10))
def test_the_statistic_and_its_p_value_are_those_of_scipy(arms: list[tuple[int, float]]) -> None:
    observed, weights = zip(*arms, strict=True)
    shares = [each / sum(weights) for each in weights]

    found = goodness_of_fit(observed, shares)

    if not sum(observed):
        assert found is None
        return
    expected = stats.chisquare(observed, [each * sum(observed) for each in shares])
    assert found == pytest.approx((expected.statistic, expected.pvalue), rel=1e-8, abs=1e-250)


@pytest.mark.parametrize(("units", "fails"), [((5000, 5210), False), ((5000, 5340), True), ((0, 100), True)])
def test_a_mismatch_is_found(units: tuple[int, int], *, fails: bool) -> None:
    found = goodness_of_fit(units, (0.5, 0.5))

    assert found
    assert (found.p_value < 0.001) is fails
