"""Intervals and tests of proportions equal published values and those of statsmodels and SciPy."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from shared.statistics.intervals import Interval
from shared.statistics.proportions import Proportion, discoveries, f1_interval, newcombe, pooled_z_test, wilson

NOTHING = Proportion(0, 0)


@st.composite
def proportions(draw: st.DrawFn, most: int = 10**7) -> Proportion:
    total = draw(st.integers(1, most))
    return Proportion(draw(st.integers(0, total)), total)


def test_a_proportion_has_no_more_hits_than_trials() -> None:
    with pytest.raises(ValueError, match="3 hits of 2 are not a proportion"):
        Proportion(3, 2)
    with pytest.raises(ValueError, match="-1 hits of 2 are not a proportion"):
        Proportion(-1, 2)


def test_nothing_follows_from_no_trials() -> None:
    some = Proportion(1, 2)

    assert NOTHING.value is None
    assert wilson(NOTHING) is None
    assert newcombe(NOTHING, some) is newcombe(some, NOTHING) is None
    assert pooled_z_test(NOTHING, some) is pooled_z_test(some, NOTHING) is None
    assert f1_interval(0, 0, 0) is None


@given(proportions())
def test_a_wilson_interval_equals_statsmodels(proportion: Proportion) -> None:
    theirs = proportion_confint(proportion.hits, proportion.total, method="wilson")

    assert wilson(proportion) == pytest.approx(theirs, rel=1e-9, abs=1e-12)


@given(proportions(10**12))
@example(Proportion(0, 1))
@example(Proportion(1, 1))
@example(Proportion(10**12, 10**12))
def test_a_wilson_interval_contains_its_proportion_between_0_and_1(proportion: Proportion) -> None:
    interval = wilson(proportion)

    assert interval is not None
    assert proportion.value is not None
    assert 0 <= interval.low <= proportion.value <= interval.high <= 1
    assert (interval.low == 0) is (proportion.hits == 0)
    assert (interval.high == 1) is (proportion.hits == proportion.total)


@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [
        # Newcombe (1998), table II, method 10
        (Proportion(56, 70), Proportion(48, 80), (0.0524, 0.3339)),
        (Proportion(9, 10), Proportion(3, 10), (0.1705, 0.8090)),
        (Proportion(5, 56), Proportion(0, 29), (-0.0381, 0.1926)),
    ],
)
def test_the_interval_of_a_difference_equals_the_published_one(
    first: Proportion, second: Proportion, interval: tuple[float, float]
) -> None:
    assert newcombe(first, second) == pytest.approx(interval, abs=5e-5)


@given(proportions(), proportions())
def test_the_interval_of_a_difference_equals_statsmodels(first: Proportion, second: Proportion) -> None:
    theirs = confint_proportions_2indep(
        first.hits, first.total, second.hits, second.total, method="newcomb", compare="diff"
    )

    assert newcombe(first, second) == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@given(proportions(), proportions())
def test_the_interval_of_a_difference_contains_it_and_is_mirrored(first: Proportion, second: Proportion) -> None:
    ours, mirrored = newcombe(first, second), newcombe(second, first)

    assert ours is not None
    assert mirrored is not None
    assert -1 <= ours.low <= first.hits / first.total - second.hits / second.total <= ours.high <= 1
    assert ours == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-15)


@given(proportions(10**4), proportions(10**4))
def test_the_p_value_equals_statsmodels(first: Proportion, second: Proportion) -> None:
    hits, totals = first.hits + second.hits, first.total + second.total
    if hits in (0, totals):
        assert pooled_z_test(first, second) == 1.0
        return

    _, theirs = proportions_ztest([first.hits, second.hits], [first.total, second.total])

    assert pooled_z_test(first, second) == pytest.approx(theirs, rel=1e-6, abs=1e-300)


# (100 i + 37) / 10⁷ is never exactly at a limit 0.05 r/m, where rounding would decide.
P_VALUES = (st.integers(0, 99_999) | st.integers(0, 5_000)).map(lambda number: (100 * number + 37) / 10**7)


@given(st.lists(P_VALUES, min_size=1, max_size=40))
def test_discoveries_equal_statsmodels_and_scipy(p_values: list[float]) -> None:
    theirs, *_ = multipletests(p_values, alpha=0.05, method="fdr_bh")
    adjusted = stats.false_discovery_control(p_values)

    ours = discoveries(p_values)

    assert ours == list(theirs)
    assert ours == [p <= 0.05 for p in adjusted]


def test_discoveries_keep_their_order_and_leave_out_tests_without_a_p_value() -> None:
    # of three: 0.05/3, 0.10/3, 0.05; of five, 0.03 would not pass
    assert discoveries([0.03, None, 0.9, 0.001, None]) == [True, None, False, True, None]


def test_a_p_value_at_the_limit_carries_the_smaller_ones() -> None:
    assert discoveries([0.05, 0.049, 0.04]) == [True, True, True]
    assert discoveries([0.0501, 0.049, 0.04]) == [False, False, False]


def test_an_empty_family_has_no_discoveries() -> None:
    assert discoveries([]) == []
    assert discoveries([None]) == [None]


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
@example(0, 1, 1)
@example(1, 0, 0)
def test_the_interval_of_the_f1_score_contains_it(hits: int, alarms: int, missed: int) -> None:
    interval = f1_interval(hits, alarms, missed)
    if interval is None:
        assert hits + alarms + missed == 0
        return

    assert 0 <= interval.low <= 2 * hits / (2 * hits + alarms + missed) + 1e-15
    assert 2 * hits / (2 * hits + alarms + missed) - 1e-15 <= interval.high <= 1


def test_the_interval_of_the_f1_score_is_that_of_the_jaccard_index() -> None:
    low, high = proportion_confint(30, 60, method="wilson")

    assert f1_interval(30, 10, 20) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))


def test_an_interval_outside_its_bounds_becomes_the_nearer_one() -> None:
    assert Interval(2.0, 3.0).within(Interval(0.0, 1.0)) == (1.0, 1.0)
    assert Interval(-1.0, 0.5).within(Interval(0.0, 1.0)) == (0.0, 0.5)
