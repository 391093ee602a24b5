"""Which table answers."""

import pytest

from shared.metrics.plan import Source, choose
from tests.unit.metrics.asking import question


@pytest.mark.parametrize("aggregation", ["sum", "avg", "min", "max", "count"])
@pytest.mark.parametrize("granularity", ["hourly", "daily", "weekly", "monthly", "quarterly"])
def test_whole_hours_of_revenue_come_from_the_roll_up(aggregation: str, granularity: str) -> None:
    assert choose(question(aggregation=aggregation, granularity=granularity)).source is Source.ROLLUP


def test_filters_and_currency_are_dimensions_of_the_roll_up() -> None:
    asked = question(filters__region="EU", filters__channel="web", filters__currency="EUR")

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
        ("Europe/Berlin", Source.ROLLUP),
        ("America/New_York", Source.ROLLUP),
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

    assert (choose(before).source, choose(after).source) == (Source.ROLLUP, Source.BASE)
