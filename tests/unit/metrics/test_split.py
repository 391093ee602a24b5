"""The hours and days that are read from a roll-up, and those from the base."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.metrics.buckets import Granularity, truncate
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.facts import Source
from shared.metrics.question import MetricQuestion
from shared.metrics.split import MAX_INTERVALS, DirtyDays, Interval, day_count, split
from shared.runtime.values import time_zone
from tests.unit.metrics.asking import question

ROLLED = [
    (name, source)
    for name, metric in METRICS.items()
    for source in metric.fact.tables
    if source is not Source.BASE and name is not MetricType.CONVERSION
]
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@st.composite
def asked(draw: st.DrawFn) -> tuple[MetricQuestion, Source]:
    metric_type, source = draw(st.sampled_from(ROLLED))
    unit = draw(st.sampled_from([timedelta(milliseconds=1), timedelta(minutes=30), timedelta(hours=1), timedelta(1)]))
    start = at("2025-03-01") + draw(st.integers(0, timedelta(days=40) // unit)) * unit
    return MetricQuestion(
        metric_type=metric_type,
        aggregation=METRICS[metric_type].default,
        granularity=draw(st.sampled_from(Granularity)),
        start=start,
        end=start + draw(st.integers(1, timedelta(days=9) // unit)) * unit,
        zone=time_zone(draw(st.sampled_from(ZONES))),
    ), source


def test_whole_hours_come_from_the_roll_up_alone() -> None:
    parts = split(question(), Source.BY_DIMENSION)

    assert (parts.rollup, parts.base) == ((Interval(at("2024-12-01"), at("2025-02-01")),), ())


def test_only_partial_hours_come_from_the_base() -> None:
    asks = question(time_range__start="2025-01-02T10:30:00Z", time_range__end="2025-01-03T10:30:00Z")

    parts = split(asks, Source.ROLLUP)

    assert parts.base == (
        Interval(at("2025-01-01T10:30"), at("2025-01-01T11:00")),
        Interval(at("2025-01-02T10:00"), at("2025-01-02T11:00")),
        Interval(at("2025-01-03T10:00"), at("2025-01-03T10:30")),
    )
    assert [(each.start.hour, each.end.hour) for each in parts.rollup] == [(11, 10), (11, 10)]


def test_a_day_of_stock_shared_by_both_ranges_comes_from_the_base() -> None:
    asks = question(metric_type="inventory", time_range__start="2025-01-02T16:00:00Z", time_range__end="2025-01-03")

    parts = split(asks, Source.ROLLUP)

    assert parts.base == (Interval(at("2025-01-02"), at("2025-01-03")),)
    assert parts.rollup == (Interval(at("1990-01-01"), at("2025-01-02")),)


def test_hours_of_stock_come_from_the_base_and_earlier_stock_from_the_roll_up() -> None:
    asks = question(metric_type="inventory", granularity="hourly")

    parts = split(asks, Source.ROLLUP)

    assert parts.rollup == (Interval(at("1990-01-01"), at("2024-12-01")),)
    assert parts.base == (Interval(at("2024-12-01"), at("2025-02-01")),)


def test_partial_days_of_zoned_months_come_from_the_base() -> None:
    asks = question(
        metric_type="customers",
        granularity="monthly",
        timezone="Europe/Berlin",
        time_range__start="2024-12-31T23:00:00Z",
        time_range__end="2025-03-31T22:00:00Z",
    )

    parts = split(asks, Source.ROLLUP)

    edges = ("2024-09-30", "2024-10-31", "2024-11-30", "2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31")
    assert {each.start.date().isoformat() for each in parts.base} >= {*edges}
    assert day_count(parts.base) == len(parts.base) == len(edges)
    assert day_count(parts.rollup) > 170


def test_too_many_parts_come_from_the_base_as_a_whole() -> None:
    ranges = {"time_range__start": "2024-01-01", "time_range__end": "2025-01-01"}

    daily, monthly = (
        split(question(timezone="Asia/Kolkata", granularity=each, **ranges), Source.ROLLUP)
        for each in ("daily", "monthly")
    )

    assert (len(daily.base), len(daily.rollup)) == (1, 0)
    assert len(monthly.base) < MAX_INTERVALS
    assert day_count(monthly.rollup) > 700


def test_days_with_several_intervals_are_counted_once() -> None:
    stretches = [
        Interval(at("2025-01-01T10:00"), at("2025-01-01T11:00")),
        Interval(at("2025-01-01T22:00"), at("2025-01-03")),
        Interval(at("2025-01-05"), at("2025-01-05T00:00:00.001")),
    ]

    assert day_count(stretches) == 3


def whole_days(*days: str) -> DirtyDays:
    return dict.fromkeys(days, 0)


def test_dirty_days_come_from_the_base() -> None:
    parts = split(question(), Source.BY_DIMENSION, whole_days("2024-12-15", "2025-01-03", "2025-01-04", "2025-02-01"))

    assert parts.base == (
        Interval(at("2024-12-15"), at("2024-12-16")),
        Interval(at("2025-01-03"), at("2025-01-05")),
    )


def test_dirty_days_are_merged_with_partial_hours() -> None:
    asks = question(time_range__start="2025-01-02T10:30:00Z", time_range__end="2025-01-03T10:30:00Z")

    parts = split(asks, Source.ROLLUP, whole_days("2025-01-02"))

    assert parts.base == (
        Interval(at("2025-01-01T10:30"), at("2025-01-01T11:00")),
        Interval(at("2025-01-02"), at("2025-01-03")),
        Interval(at("2025-01-03T10:00"), at("2025-01-03T10:30")),
    )


def test_the_hours_of_a_dirty_day_before_its_changes_come_from_an_hourly_roll_up() -> None:
    parts = split(question(), Source.BY_DIMENSION, {"2025-01-03": 15, "2025-01-04": 0, "2025-01-09": 23})

    assert parts.base == (
        Interval(at("2025-01-03T15:00"), at("2025-01-05")),
        Interval(at("2025-01-09T23:00"), at("2025-01-10")),
    )


def test_a_dirty_day_of_a_daily_roll_up_comes_from_the_base_as_a_whole() -> None:
    parts = split(question(), Source.DAILY, {"2025-01-03": 15})

    assert parts.base == (Interval(at("2025-01-03"), at("2025-01-04")),)


def test_dirty_days_of_earlier_stock_come_from_the_base() -> None:
    asks = question(metric_type="inventory")

    parts = split(asks, Source.ROLLUP, whole_days("2019-05-17"))

    assert parts.base == (Interval(at("2019-05-17"), at("2019-05-18")),)
    assert [each.start for each in parts.rollup] == [at("1990-01-01"), at("2019-05-18")]


def test_a_session_is_dirty_on_the_days_beside_the_ranges_too() -> None:
    asks = question(metric_type="conversion", time_range__start="2025-01-02T12:00:00Z", time_range__end="2025-01-03")

    parts = split(asks, Source.ROLLUP, dict.fromkeys(["2024-12-31", "2025-01-01", "2025-01-03", "2025-01-04"], 9))

    assert parts.base == (
        Interval(at("2025-01-01"), at("2025-01-02")),
        Interval(at("2025-01-03"), at("2025-01-04")),
    )
    assert parts.rollup == (Interval(at("2025-01-02"), at("2025-01-03")),)


def test_of_too_many_dirty_days_the_nearest_are_read_together() -> None:
    asks = question(time_range__start="2020-01-01", time_range__end="2025-01-01")
    days = [at("2016-01-01") + timedelta(days=8 * number) for number in range(MAX_INTERVALS)]
    near = days[50] + timedelta(days=2)

    parts = split(asks, Source.ROLLUP, whole_days(*(each.date().isoformat() for each in (*days, near))))

    assert len(parts.base) == MAX_INTERVALS
    assert Interval(days[50], near + timedelta(days=1)) in parts.base


@given(asked(), st.sets(st.integers(-5, 60)))
def test_the_parts_cover_the_range_exactly_once(asks: tuple[MetricQuestion, Source], dirty: set[int]) -> None:
    asking, source = asks
    days = [at("2025-02-20") + timedelta(days=number) for number in dirty]
    parts = split(asking, source, whole_days(*(each.date().isoformat() for each in days)))

    ordered = sorted([*parts.rollup, *parts.base])

    assert not any(each.start < day + timedelta(1) and day < each.end for each in parts.rollup for day in days)
    assert all(each.start < each.end for each in ordered)
    assert [each.end for each in ordered[:-1]] == [each.start for each in ordered[1:]]
    looks_back = asking.metric.fact.semi_additive
    assert (ordered[0].start, ordered[-1].end) == (
        at("1990-01-01") if looks_back else asking.previous_start,
        asking.end,
    )


@given(asked(), st.data())
def test_a_roll_up_unit_is_within_one_bucket_of_one_range(
    asks: tuple[MetricQuestion, Source], data: st.DataObject
) -> None:
    asking, source = asks
    unit = asking.metric.fact.tables[source].grain.unit
    dirty = data.draw(st.sets(st.sampled_from(["2025-02-27", "2025-03-03", "2025-03-04", "2025-03-11"])))
    told = [each for each in split(asking, source, whole_days(*dirty)).rollup if each.end > asking.previous_start]
    if not told:
        return
    stretch = data.draw(st.sampled_from(told))
    begins = stretch.start + data.draw(st.integers(0, (stretch.end - stretch.start) // unit - 1)) * unit
    last = begins + unit - timedelta(milliseconds=1)

    assert (stretch.end - stretch.start) % unit == timedelta()
    assert (begins < asking.start) == (last < asking.start)
    if begins >= asking.previous_start:
        assert _bucket(asking, begins) == _bucket(asking, last)


def _bucket(asking: MetricQuestion, moment: datetime) -> datetime:
    shift = [each for each in asking.clock if each.since <= moment][-1]
    return truncate(moment + shift.offset, asking.granularity)


@pytest.mark.parametrize("metric_type", METRICS)
def test_the_base_alone_covers_everything(metric_type: MetricType) -> None:
    parts = split(question(metric_type=metric_type), Source.BASE)

    assert parts.rollup == ()
    assert len(parts.base) == 1
