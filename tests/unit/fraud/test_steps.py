"""Windows and steps of dashboards."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fraud.steps import MONDAY, Span, TimeWindow, floor, step_of, window

NOW = datetime(2026, 11, 29, 17, 23, 45, tzinfo=UTC)
_MINUTES = st.integers(1, 60 * 24 * 3650)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        (TimeWindow.HOUR, "2026-11-29T16:25:00Z", "2026-11-29T17:25:00Z"),
        (TimeWindow.DAY, "2026-11-28T18:00:00Z", "2026-11-29T18:00:00Z"),
        (TimeWindow.WEEK, "2026-11-22T18:00:00Z", "2026-11-29T18:00:00Z"),
        (TimeWindow.MONTH, "2026-10-31T00:00:00Z", "2026-11-30T00:00:00Z"),
        (TimeWindow.QUARTER, "2026-09-01T00:00:00Z", "2026-11-30T00:00:00Z"),
    ],
)
def test_a_window_ends_with_the_running_step(name: TimeWindow, start: str, end: str) -> None:
    found = window(name, NOW, None)

    assert (found.start, found.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))


@given(_MINUTES)
def test_all_has_fewer_than_400_points_if_any_step_gives_so_few(minutes: int) -> None:
    found = window(TimeWindow.ALL, NOW, NOW - timedelta(minutes=minutes))

    assert found.start == NOW - timedelta(minutes=minutes)
    assert len(list(found.points)) < 400
    assert found.step is not None


def test_weeks_start_on_monday() -> None:
    week = timedelta(days=7)

    assert MONDAY.weekday() == 0
    assert floor(NOW, week) == datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "step"),
    [
        (timedelta(minutes=1), timedelta(minutes=5)),
        (timedelta(hours=1), timedelta(minutes=5)),
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(days=3), timedelta(hours=6)),
        (timedelta(days=8), timedelta(days=1)),
        (timedelta(days=90), timedelta(days=1)),
        (timedelta(days=500), timedelta(days=7)),
    ],
)
def test_a_range_has_the_step_of_the_shortest_window_that_is_not_shorter(length: timedelta, step: timedelta) -> None:
    assert step_of(NOW, NOW + length) == step


def test_points_begin_with_the_step_that_contains_the_start() -> None:
    span = Span(NOW, NOW + timedelta(hours=2), timedelta(hours=1))

    assert [at.hour for at in span.points] == [17, 18, 19]
