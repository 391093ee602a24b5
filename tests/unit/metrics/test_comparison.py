"""The range before a range, by the calendar of a zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.metrics.buckets import Granularity
from shared.metrics.comparison import begins_bucket, preceding_start
from tests.tiers import examples
from tests.unit.metrics.test_buckets import ZONES

_MONTHS = st.tuples(st.integers(1992, 2045), st.integers(1, 12))


def _midnight(year: int, month: int, day: int, zone: str) -> datetime:
    """The first moment of a day: the earlier of two midnights, or the moment in which a missing one is skipped."""
    return datetime(year, month, day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@given(_MONTHS, st.sampled_from([1, 2, 3, 6, 12, 24]), st.sampled_from(ZONES))
@settings(max_examples=examples(150), deadline=None)
def test_whole_months_are_compared_with_as_many_before_them(first: tuple[int, int], count: int, zone: str) -> None:
    month, months = pd.Timestamp(*first, 1), pd.DateOffset(months=count)
    beyond, before = month + months, month - months

    found = preceding_start(_midnight(*first, 1, zone), _midnight(beyond.year, beyond.month, 1, zone), ZoneInfo(zone))

    assert found == _midnight(before.year, before.month, 1, zone)


@given(
    st.datetimes(datetime(1992, 1, 1), datetime(2045, 1, 1)),  # noqa: DTZ001 # zoned below
    st.timedeltas(timedelta(milliseconds=1), timedelta(days=400)),
    st.sampled_from(ZONES),
)
@settings(max_examples=examples(80), deadline=None)
def test_any_other_range_is_compared_with_an_equally_long_one(start: datetime, length: timedelta, zone: str) -> None:
    begun = start.replace(tzinfo=UTC, microsecond=1000)

    assert preceding_start(begun, begun + length, ZoneInfo(zone)) == begun - length


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2025-03-01T00:00Z", "2025-04-01T00:00Z", "UTC", "2025-02-01T00:00Z"),
        ("2025-02-28T23:00Z", "2025-03-31T22:00Z", "Europe/Berlin", "2025-01-31T23:00Z"),
        ("2025-03-01T00:00Z", "2025-04-01T00:00Z", "Europe/Berlin", "2025-01-29T00:00Z"),
        ("2024-04-01T00:00Z", "2024-07-01T00:00Z", "UTC", "2024-01-01T00:00Z"),
        ("2024-01-01T00:00Z", "2025-01-01T00:00Z", "UTC", "2023-01-01T00:00Z"),
        ("2025-03-01T00:00Z", "2025-03-31T00:00Z", "UTC", "2025-01-30T00:00Z"),
        ("2025-03-03T00:00Z", "2025-03-10T00:00Z", "UTC", "2025-02-24T00:00Z"),
    ],
)
def test_the_range_before_a_range(start: str, end: str, zone: str, expected: str) -> None:
    first, last, before = (datetime.fromisoformat(each) for each in (start, end, expected))

    assert preceding_start(first, last, ZoneInfo(zone)) == before


@pytest.mark.parametrize(
    ("moment", "granularity", "zone", "begins"),
    [
        ("2025-03-10T00:00Z", Granularity.WEEKLY, "UTC", True),
        ("2025-03-11T00:00Z", Granularity.WEEKLY, "UTC", False),
        ("2025-03-11T00:00Z", Granularity.DAILY, "Europe/Berlin", False),
        ("2025-03-10T23:00Z", Granularity.DAILY, "Europe/Berlin", True),
        ("2025-03-10T23:30Z", Granularity.HOURLY, "Asia/Kolkata", True),
        ("2025-04-01T00:00Z", Granularity.QUARTERLY, "UTC", True),
        ("2025-05-01T00:00Z", Granularity.QUARTERLY, "UTC", False),
    ],
)
def test_whether_a_bucket_begins(moment: str, granularity: Granularity, zone: str, *, begins: bool) -> None:
    assert begins_bucket(datetime.fromisoformat(moment), granularity, ZoneInfo(zone)) is begins
