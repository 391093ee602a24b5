"""How long runs are expected to take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.replay.estimates import Measured, estimate_seconds

runs = st.lists(
    st.builds(Measured, decisions=st.integers(0, 20_000_000), seconds=st.floats(0, 10_800)), min_size=1, max_size=20
)


def test_before_any_run_a_default_rate_is_assumed() -> None:
    assert estimate_seconds([], None) == 30
    assert estimate_seconds([], 1_000_000) == 80


def test_runs_of_several_sizes_tell_seconds_for_each_run_and_for_each_decision() -> None:
    measured = [Measured(decisions, 20 + decisions / 5_000) for decisions in (1_000, 50_000, 400_000)]

    assert estimate_seconds(measured, 1_000_000) == pytest.approx(220)
    assert estimate_seconds(measured, 0) == pytest.approx(20)


def test_an_unknown_number_of_decisions_is_that_of_earlier_runs() -> None:
    assert estimate_seconds([Measured(100, 10), Measured(300, 20)], None) == pytest.approx(15)


def test_one_small_run_does_not_make_large_ones_last_for_days() -> None:
    assert estimate_seconds([Measured(100, 30)], 1_000_000) == pytest.approx(30 + 50, abs=1)


@given(runs, st.none() | st.integers(0, 20_000_000))
def test_an_estimate_is_at_least_a_second(measured: list[Measured], decisions: int | None) -> None:
    assert estimate_seconds(measured, decisions) >= 1


@given(runs, st.integers(0, 10_000_000), st.integers(0, 10_000_000))
def test_more_decisions_never_take_less_time(measured: list[Measured], fewer: int, more: int) -> None:
    assert estimate_seconds(measured, fewer) <= estimate_seconds(measured, fewer + more)
