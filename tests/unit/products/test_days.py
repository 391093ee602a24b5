"""Whole days of a range are read from roll-ups, all others from records: together they are the range."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.currency.conversion import Days
from shared.products.days import split, whole_days

START = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_whole_days_are_read_from_roll_ups() -> None:
    days = split(START, START + 31 * DAY)

    assert days.whole == (Days("2025-03-01", "2025-03-31"),)
    assert days.exact == ()


def test_partial_days_are_read_from_records() -> None:
    days = split(START + timedelta(hours=1), START + 3 * DAY + timedelta(milliseconds=1))

    assert days.whole == (Days("2025-03-02", "2025-03-03"),)
    assert days.exact == (Days("2025-03-01", "2025-03-01"), Days("2025-03-04", "2025-03-04"))


def test_a_range_within_a_day_is_read_from_records() -> None:
    days = split(START + timedelta(hours=1), START + timedelta(hours=2))

    assert days == (split(START, START + timedelta(hours=23)))
    assert days.exact == (Days("2025-03-01", "2025-03-01"),)


def test_days_with_a_cost_change_are_read_from_records() -> None:
    days = split(START, START + 5 * DAY, {"2025-03-02", "2025-03-03", "2025-03-05", "2024-01-01"})

    assert days.whole == (Days("2025-03-01", "2025-03-01"), Days("2025-03-04", "2025-03-04"))
    assert days.exact == (Days("2025-03-02", "2025-03-03"), Days("2025-03-05", "2025-03-05"))


@given(
    st.integers(0, 5 * 86_400_000),
    st.integers(1, 5 * 86_400_000),
    st.sets(st.integers(0, 12).map(lambda day: (START + day * DAY).date().isoformat())),
)
def test_every_day_of_the_range_is_read_once(begun: int, length: int, changing: set[str]) -> None:
    start = START + timedelta(milliseconds=begun)
    end = start + timedelta(milliseconds=length)

    days = split(start, end, changing)

    told = sorted(day for span in (*days.whole, *days.exact) for day in _days(span))
    last = end - timedelta(milliseconds=1)
    assert told == sorted({min(start + step * timedelta(hours=1), last).date() for step in range(24 * 6)})
    first, beyond = whole_days(start, end)
    assert all(first <= day < beyond for span in days.whole for day in _days(span))
    assert not {day.isoformat() for span in days.whole for day in _days(span)} & changing


def _days(span: Days) -> list[date]:
    first, last = map(date.fromisoformat, span)
    return [first + n * DAY for n in range((last - first).days + 1)]
