"""Which table answers."""

import pytest

from shared.metrics.plan import Source, choose
from tests.unit.metrics.asking import question


@pytest.mark.parametrize("aggregation", ["sum", "avg", "min", "max", "count"])
@pytest.mark.parametrize("granularity", ["hourly", "daily", "weekly", "monthly", "quarterly"])
def test_whole_hours_of_revenue_come_from_the_roll_up(aggregation: str, granularity: str) -> None:
    assert choose(question(aggregation=aggregation, granularity=granularity)).source is Source.BY_DIMENSION


def test_one_filter_and_a_currency_need_the_small_roll_up_only() -> None:
    asked = question(filters__region=["EU", "US"], filters__currency="EUR")

    assert choose(asked).source is Source.BY_DIMENSION


def test_two_filters_need_the_roll_up_by_all_dimensions() -> None:
    asked = question(filters__region="EU", filters__channel="web")

    assert choose(asked).source is Source.ROLLUP


def test_distinct_orders_come_from_the_base() -> None:
    plan = choose(question(metric_type="average_order_value"))

    assert plan.source is Source.BASE
    assert "distinct orders" in plan.why


@pytest.mark.parametrize("edge", ["time_range__start", "time_range__end"])
def test_a_range_that_cuts_an_hour_comes_from_the_base(edge: str) -> None:
    plan = choose(question(**{edge: "2025-01-15T10:30:00Z"}))

    assert plan.source is Source.BASE
    assert "within an hour" in plan.why


@pytest.mark.parametrize(
    ("zone", "source"),
    [
        ("Europe/Berlin", Source.BY_DIMENSION),
        ("America/New_York", Source.BY_DIMENSION),
        ("Asia/Kolkata", Source.BASE),
        ("Asia/Kathmandu", Source.BASE),
        ("Australia/Lord_Howe", Source.BASE),
    ],
)
@pytest.mark.parametrize("granularity", ["hourly", "daily"])
def test_buckets_that_cut_an_hour_of_utc_come_from_the_base(zone: str, source: Source, granularity: str) -> None:
    assert choose(question(timezone=zone, granularity=granularity)).source is source


def test_a_zone_counts_with_the_offset_it_had_then() -> None:
    before = question(timezone="Asia/Pyongyang", time_range__start="2014-01-01", time_range__end="2014-02-01")
    after = question(timezone="Asia/Pyongyang", time_range__start="2017-01-01", time_range__end="2017-02-01")

    assert (choose(before).source, choose(after).source) == (Source.BY_DIMENSION, Source.BASE)
