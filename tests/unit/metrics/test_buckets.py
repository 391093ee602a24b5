"""Where buckets of time begin."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.metrics.buckets import Granularity, OffsetChange, buckets, truncate, wall_clock
from tests.tiers import examples

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/St_Johns", "Africa/Casablanca", "Asia/Beirut", "Pacific/Apia", "Pacific/Chatham", "America/Sao_Paulo",
    "America/Havana", "Africa/Cairo", "Antarctica/Troll",
)  # fmt: skip

MOMENTS = st.floats(0, 54 * 365.0).map(lambda days: datetime(1991, 1, 1, tzinfo=UTC) + timedelta(days=days))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts(zone: str, granularity: Granularity, start: str, end: str) -> list[str]:
    clock = wall_clock(ZoneInfo(zone), granularity, moment(start), moment(end))
    found = buckets(clock, granularity, moment(start), moment(end))
    return [bucket.start.strftime("%Y-%m-%dT%H:%M") for bucket in found]


def test_the_day_that_loses_an_hour_is_23_hours_long_in_berlin() -> None:
    found = starts("Europe/Berlin", Granularity.DAILY, "2025-03-28T23:00", "2025-03-31T22:00")

    assert found == ["2025-03-28T23:00", "2025-03-29T23:00", "2025-03-30T22:00"]


def test_the_day_that_gains_an_hour_is_25_hours_long_in_new_york() -> None:
    found = starts("America/New_York", Granularity.DAILY, "2025-11-01T04:00", "2025-11-04T05:00")

    assert found == ["2025-11-01T04:00", "2025-11-02T04:00", "2025-11-03T05:00"]


def test_a_repeated_wall_clock_hour_is_two_buckets() -> None:
    found = starts("Europe/Berlin", Granularity.HOURLY, "2025-10-25T23:00", "2025-10-26T03:00")

    assert found == ["2025-10-25T23:00", "2025-10-26T00:00", "2025-10-26T01:00", "2025-10-26T02:00"]


def test_hours_of_india_begin_at_half_past_in_utc() -> None:
    found = starts("Asia/Kolkata", Granularity.HOURLY, "2025-05-01T00:00", "2025-05-01T02:00")

    assert found == ["2025-04-30T23:30", "2025-05-01T00:30", "2025-05-01T01:30"]


def test_days_of_india_begin_at_half_past_six_in_the_evening_in_utc() -> None:
    assert starts("Asia/Kolkata", Granularity.DAILY, "2025-05-01T00:00", "2025-05-02T00:00") == [
        "2025-04-30T18:30",
        "2025-05-01T18:30",
    ]


def test_weeks_begin_on_monday() -> None:
    assert starts("UTC", Granularity.WEEKLY, "2025-01-01T00:00", "2025-01-13T00:00") == [
        "2024-12-30T00:00",
        "2025-01-06T00:00",
    ]


def test_quarters_begin_with_january_april_july_and_october() -> None:
    assert starts("UTC", Granularity.QUARTERLY, "2024-02-29T00:00", "2025-01-01T00:00") == [
        "2024-01-01T00:00",
        "2024-04-01T00:00",
        "2024-07-01T00:00",
        "2024-10-01T00:00",
    ]


def test_a_range_ends_before_the_bucket_that_begins_at_its_end() -> None:
    assert starts("UTC", Granularity.MONTHLY, "2025-01-31T23:59", "2025-02-01T00:00") == ["2025-01-01T00:00"]


def test_a_day_that_a_zone_skipped_has_no_bucket() -> None:
    found = starts("Pacific/Apia", Granularity.DAILY, "2011-12-29T10:00", "2011-12-31T10:00")

    assert found == ["2011-12-29T10:00", "2011-12-30T10:00"]


def test_a_repeated_midnight_begins_one_day() -> None:
    found = starts("America/St_Johns", Granularity.DAILY, "2010-11-06T02:30", "2010-11-08T03:30")

    assert found == ["2010-11-06T02:30", "2010-11-07T02:30"]


@given(
    st.sampled_from(ZONES),
    MOMENTS,
    st.integers(1, 400),
)
@settings(max_examples=examples(60), deadline=None)
def test_days_begin_where_the_time_zone_database_says(zone: str, start: datetime, days: int) -> None:
    end, place = start + timedelta(days=days), ZoneInfo(zone)

    found = buckets(wall_clock(place, Granularity.DAILY, start, end), Granularity.DAILY, start, end)

    for bucket in found:
        midnight = bucket.name.replace(tzinfo=place).astimezone(UTC)
        exists = midnight.astimezone(place).replace(tzinfo=None) == bucket.name
        assert bucket.start == midnight if exists else bucket.start.astimezone(place).date() == bucket.name.date()


@given(
    st.sampled_from(ZONES),
    st.sampled_from(Granularity),
    MOMENTS,
    st.timedeltas(timedelta(milliseconds=1), timedelta(days=300)),
    st.floats(0, 1, exclude_max=True),
)
@settings(max_examples=examples(100), deadline=None)
def test_a_time_maps_to_its_bucket_by_the_sql_bucket_name(
    zone: str, granularity: Granularity, start: datetime, length: timedelta, share: float
) -> None:
    end = start + length
    clock = wall_clock(ZoneInfo(zone), granularity, start, end)
    spine = list(buckets(clock, granularity, start, end))

    within = start + length * share
    shift = max(each for each in clock if each <= OffsetChange(within, timedelta.max))
    name = truncate(within + shift.offset, granularity).replace(tzinfo=None)

    holding = max(bucket for bucket in spine if bucket.start <= within)
    assert holding.name == name
    assert spine[0].start <= start < end
    assert all(one.start < after.start and one.name < after.name for one, after in pairwise(spine))


@pytest.mark.parametrize("granularity", Granularity)
def test_utc_needs_no_shift(granularity: Granularity) -> None:
    clock = wall_clock(ZoneInfo("UTC"), granularity, moment("2025-01-01"), moment("2026-01-01"))

    assert [shift.offset for shift in clock] == [timedelta()]


def test_bucket_names_are_wall_clock_times() -> None:
    clock = wall_clock(
        ZoneInfo("Europe/Berlin"), Granularity.DAILY, moment("2025-03-29T23:00"), moment("2025-03-30T22:00")
    )

    [bucket] = buckets(clock, Granularity.DAILY, moment("2025-03-29T23:00"), moment("2025-03-30T22:00"))

    assert bucket.name.date() == date(2025, 3, 30)


def _every_zone() -> list[str]:
    return sorted(name for name in available_timezones() if name not in {"localtime", "Factory"})


def _changes_by_the_hour(zone: str, first: datetime, last: datetime) -> list[datetime]:
    """The hours within which the offset of a zone changes, found by looking at each hour."""
    place, hour = ZoneInfo(zone), timedelta(hours=1)
    hours = [first + number * hour for number in range((last - first) // hour)]
    offsets = [each.astimezone(place).utcoffset() for each in hours]
    return [each for each, (before, after) in zip(hours, pairwise(offsets), strict=False) if before != after]


def _found_changes(zone: str, first: datetime, last: datetime) -> list[datetime]:
    clock = wall_clock(ZoneInfo(zone), Granularity.MONTHLY, first, last)
    since = (each.since for each in clock[1:] if first < each.since < last)
    return [each - (each - first) % timedelta(hours=1) for each in since]


@pytest.mark.parametrize("zone", ["America/Recife", "America/Noronha", "Asia/Gaza", "Africa/Cairo"])
def test_offsets_that_are_kept_for_a_few_days_only_are_found(zone: str) -> None:
    first, last = moment("2000-09-01"), moment("2000-11-01")

    assert len(_changes_by_the_hour(zone, first, last)) == len(_found_changes(zone, first, last))


@pytest.mark.thorough
@pytest.mark.parametrize("zone", _every_zone())
def test_no_zone_changes_its_offset_unnoticed(zone: str) -> None:
    first, last = moment("1990-01-01"), moment("2040-01-01")

    assert len(_changes_by_the_hour(zone, first, last)) == len(_found_changes(zone, first, last))


@given(st.sampled_from(_every_zone()), MOMENTS, st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=examples(60), deadline=None)
def test_all_ranges_have_the_same_days(zone: str, start: datetime, earlier: int, length: int) -> None:
    end, place = start + timedelta(days=length), ZoneInfo(zone)
    since = start - timedelta(days=earlier)

    narrow = list(buckets(wall_clock(place, Granularity.DAILY, start, end), Granularity.DAILY, start, end))
    wide = list(buckets(wall_clock(place, Granularity.DAILY, since, end), Granularity.DAILY, since, end))

    assert wide[-len(narrow) :] == narrow
