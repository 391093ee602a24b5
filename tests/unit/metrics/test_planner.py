"""Which table answers."""

import pytest

from shared.metrics.facts import Source
from shared.metrics.planner import choose_plan, with_dirty_days
from tests.unit.metrics.asking import question


@pytest.mark.parametrize("aggregation", ["sum", "avg", "min", "max", "count"])
@pytest.mark.parametrize("granularity", ["hourly", "daily", "weekly", "monthly", "quarterly"])
def test_whole_hours_of_revenue_come_from_the_roll_up(aggregation: str, granularity: str) -> None:
    assert choose_plan(question(aggregation=aggregation, granularity=granularity)).source is Source.BY_DIMENSION


def test_one_filter_and_a_currency_need_only_the_face() -> None:
    asked = question(filters__region=["EU", "US"], filters__currency="EUR")

    assert choose_plan(asked).source is Source.BY_DIMENSION


TWO_FILTERS = {"filters.region": "EU", "filters.channel": "web"}


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly", "quarterly"])
def test_two_filters_over_days_of_utc_need_only_the_cube_by_day(granularity: str) -> None:
    assert choose_plan(question(granularity=granularity, **TWO_FILTERS)).source is Source.DAILY


@pytest.mark.parametrize(
    "changes",
    [
        {"granularity": "hourly"},
        {"timezone": "Europe/Berlin"},
        {"granularity": "monthly", "timezone": "America/New_York"},
        {"time_range__start": "2025-01-01T10:00:00Z"},
    ],
)
def test_two_filters_over_parts_of_days_need_the_cube_by_hour(changes: dict[str, str]) -> None:
    plan = choose_plan(question(**TWO_FILTERS, **changes))

    assert plan.source is Source.ROLLUP
    assert not plan.parts.base


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly", "quarterly"])
def test_days_of_orders_come_from_the_roll_up(granularity: str) -> None:
    plan = choose_plan(question(metric_type="average_order_value", granularity=granularity, **TWO_FILTERS))

    assert plan.source is Source.ROLLUP
    assert not plan.parts.base


@pytest.mark.parametrize("changes", [{"granularity": "hourly"}, {"timezone": "Europe/Berlin"}])
def test_buckets_that_cut_a_day_of_orders_come_from_the_base(changes: dict[str, str]) -> None:
    assert choose_plan(question(metric_type="average_order_value", **changes)).source is Source.BASE


def test_the_reason_counts_the_dirty_days_that_are_read_from_the_base() -> None:
    asked = question()
    clean = choose_plan(asked)

    dirty = with_dirty_days(asked, clean, dict.fromkeys(["2024-11-30", "2024-12-31", "2025-01-15", "2025-02-01"], 0))

    assert "transactions is read for 2 days" in dirty.reason
    assert (dirty.source, len(dirty.parts.base)) == (clean.source, 2)


def test_dirty_days_of_other_times_change_no_plan() -> None:
    asked = question()
    clean = choose_plan(asked)

    assert with_dirty_days(asked, clean, {"2024-11-30": 0, "2025-02-01": 0}) == clean


@pytest.mark.parametrize("edge", ["time_range__start", "time_range__end"])
def test_partial_hours_come_from_the_base_and_whole_ones_from_the_roll_up(edge: str) -> None:
    plan = choose_plan(question(**{edge: "2025-01-15T10:30:00Z"}))

    assert plan.source is Source.BY_DIMENSION
    assert plan.parts.rollup
    assert plan.parts.base


def test_a_range_of_partial_days_comes_from_the_base() -> None:
    plan = choose_plan(question(time_range__start="2025-01-15T10:30:00Z", time_range__end="2025-01-15T11:10:00Z"))

    assert plan.source is Source.BASE
    assert not plan.parts.rollup


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly", "quarterly"])
@pytest.mark.parametrize("metric_type", ["customers", "inventory"])
def test_days_of_customers_and_of_stock_come_from_the_roll_up(metric_type: str, granularity: str) -> None:
    assert choose_plan(question(metric_type=metric_type, granularity=granularity)).source is Source.ROLLUP


@pytest.mark.parametrize("changes", [{"granularity": "hourly"}, {"timezone": "Europe/Berlin"}])
def test_buckets_that_cut_a_day_of_customers_come_from_the_base(changes: dict[str, str]) -> None:
    assert choose_plan(question(metric_type="customers", **changes)).source is Source.BASE


@pytest.mark.parametrize("changes", [{"granularity": "hourly"}, {"timezone": "Asia/Kathmandu"}])
def test_sessions_and_old_stock_come_from_the_roll_up_for_any_buckets(changes: dict[str, str]) -> None:
    plans = [choose_plan(question(metric_type=each, **changes)) for each in ("conversion", "inventory")]

    assert [plan.source for plan in plans] == [Source.ROLLUP, Source.ROLLUP]


@pytest.mark.parametrize(
    ("zone", "source"),
    [
        ("Europe/Berlin", Source.BY_DIMENSION),
        ("America/New_York", Source.BY_DIMENSION),
        ("Asia/Kolkata", Source.BASE),
        ("Asia/Kathmandu", Source.BASE),
    ],
)
@pytest.mark.parametrize("granularity", ["hourly", "daily"])
def test_buckets_that_cut_an_hour_of_utc_come_from_the_base(zone: str, source: Source, granularity: str) -> None:
    assert choose_plan(question(timezone=zone, granularity=granularity)).source is source


@pytest.mark.parametrize(("granularity", "source"), [("daily", Source.BASE), ("monthly", Source.BY_DIMENSION)])
def test_few_partial_hours_leave_all_others_to_the_roll_up(granularity: str, source: Source) -> None:
    asked = question(timezone="Asia/Kolkata", granularity=granularity, time_range__end="2026-01-01")

    assert choose_plan(asked).source is source


def test_months_of_customers_in_a_zone_use_the_base_only_at_their_edges() -> None:
    plan = choose_plan(question(metric_type="customers", granularity="monthly", timezone="America/New_York"))

    assert plan.source is Source.ROLLUP
    assert plan.parts.rollup
    assert plan.parts.base


def test_a_half_hour_summer_offset_does_not_affect_winter() -> None:
    winter = {"time_range__start": "2025-07-01", "time_range__end": "2025-08-01"}

    plans = [choose_plan(question(timezone="Australia/Lord_Howe", **each)) for each in ({}, winter)]

    assert [plan.source for plan in plans] == [Source.BY_DIMENSION, Source.BASE]


def test_a_zone_uses_its_historical_offset() -> None:
    before = question(timezone="Asia/Pyongyang", time_range__start="2014-01-01", time_range__end="2014-02-01")
    after = question(timezone="Asia/Pyongyang", time_range__start="2017-01-01", time_range__end="2017-02-01")

    assert (choose_plan(before).source, choose_plan(after).source) == (Source.BY_DIMENSION, Source.BASE)
