"""A revenue trend needs enough equal parts of whole days, and a significant change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.products.trend import MOST_PARTS, SMALLEST_CHANGE, Parts, RevenueTrend, parts_of, trend

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_revenue_that_rises_or_falls_steadily_is_a_trend() -> None:
    assert trend([100 + day for day in range(30)]) is RevenueTrend.INCREASING
    assert trend([100 - day for day in range(30)]) is RevenueTrend.DECREASING


@pytest.mark.parametrize(
    "revenue",
    [
        [100.0] * 30,
        [0.0] * 30,
        [100, 90, 110, 95, 105, 100, 90, 110, 95, 105],
        [0.0] * 29 + [1000.0],
    ],
)
def test_an_insignificant_change_is_stable(revenue: list[float]) -> None:
    assert trend(revenue) is RevenueTrend.STABLE


def test_a_change_counts_from_a_tenth_of_the_mean() -> None:
    step = SMALLEST_CHANGE * 1000 / 10

    assert trend([1000 + (day - 5) * step for day in range(11)]) is RevenueTrend.INCREASING
    assert trend([1000 + (day - 5) * step * 0.99 for day in range(11)]) is RevenueTrend.STABLE


def test_negative_revenue_has_trends_too() -> None:
    assert trend([-100.0 + 10 * day for day in range(10)]) is RevenueTrend.INCREASING


@given(st.lists(st.floats(-1e6, 1e6), min_size=7, max_size=30))
def test_a_reversed_rise_is_a_fall(revenue: list[float]) -> None:
    opposite = {
        RevenueTrend.INCREASING: RevenueTrend.DECREASING,
        RevenueTrend.DECREASING: RevenueTrend.INCREASING,
        RevenueTrend.STABLE: RevenueTrend.STABLE,
    }

    assert trend(revenue[::-1]) is opposite[trend(revenue)]


@pytest.mark.parametrize(
    ("days", "parts"),
    [
        (6, None),
        (7, Parts(date(2025, 3, 1), 1, 7)),
        (30, Parts(date(2025, 3, 1), 1, 30)),
        (31, Parts(date(2025, 3, 2), 2, 15)),
        (365, Parts(date(2025, 3, 2), 13, 28)),
    ],
)
def test_a_range_is_split_into_equal_parts_up_to_its_end(days: int, parts: Parts | None) -> None:
    assert parts_of(START, START + days * DAY) == parts


def test_partial_days_are_ignored() -> None:
    cut = parts_of(START + timedelta(hours=1), START + 8 * DAY + timedelta(hours=23))

    assert cut == Parts(date(2025, 3, 2), 1, 7)


def test_an_empty_range_has_no_parts() -> None:
    assert parts_of(START, START - 30 * DAY) is None


@given(st.integers(0, 1096), st.integers(0, 86_399_999), st.integers(0, 86_399_999))
def test_there_are_7_to_30_parts_or_none(days: int, early: int, late: int) -> None:
    start, end = START + timedelta(milliseconds=early), START + days * DAY + timedelta(milliseconds=late)

    found = parts_of(start, end)

    if found is not None:
        assert 7 <= found.count <= MOST_PARTS
        assert start <= datetime(found.first.year, found.first.month, found.first.day, tzinfo=UTC)
        assert found.first + found.days * found.count * DAY <= end.date()
