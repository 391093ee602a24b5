"""A quality trend needs enough history and a robust slope."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quality.trend import Trend, trend
from shared.statistics.trend_tests import FEWEST_POINTS

DAY = date(2025, 3, 1)
_SCORES = st.lists(st.floats(0, 100), max_size=40)


def _by_day(scores: list[float]) -> dict[date, float]:
    return {DAY + timedelta(days=place): score for place, score in enumerate(scores)}


def test_scores_rising_or_falling_daily_are_a_trend() -> None:
    assert trend(_by_day([90 + place / 2 for place in range(10)])) is Trend.IMPROVING
    assert trend(_by_day([90 - place / 2 for place in range(10)])) is Trend.DECLINING


@given(st.lists(st.floats(0, 100), max_size=FEWEST_POINTS))
def test_a_short_history_is_always_stable(scores: list[float]) -> None:
    assert trend(_by_day(scores)) is Trend.STABLE


@given(_SCORES, st.floats(0, 100), st.floats(0, 100))
def test_the_last_day_is_ignored(scores: list[float], one: float, other: float) -> None:
    assert trend(_by_day([*scores, one])) is trend(_by_day([*scores, other]))


@given(_SCORES)
def test_a_reversed_improvement_is_a_decline(scores: list[float]) -> None:
    opposite = {
        Trend.IMPROVING: Trend.DECLINING,
        Trend.DECLINING: Trend.IMPROVING,
        Trend.STABLE: Trend.STABLE,
    }

    assert trend(_by_day([*reversed(scores), 0])) is opposite[trend(_by_day([*scores, 0]))]


@pytest.mark.parametrize(
    "scores",
    [
        [95.0] * 30,
        [95, 97, 94, 96, 95, 97, 94, 96, 95, 97, 94, 96],
        [95 + place / 100 for place in range(20)],  # in order, and next to nothing
    ],
)
def test_noise_and_tiny_changes_are_stable(scores: list[float]) -> None:
    assert trend(_by_day(scores)) is Trend.STABLE


def test_one_terrible_day_neither_makes_a_trend_nor_hides_one() -> None:
    level, rising = [95.0] * 14, [80 + place for place in range(14)]
    level[5] = rising[5] = 0

    assert trend(_by_day(level)) is Trend.STABLE
    assert trend(_by_day([float(each) for each in rising])) is Trend.IMPROVING
