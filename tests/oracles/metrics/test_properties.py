"""What has to hold between the numbers of answers, whatever was asked of a real year of sales."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.online_retail import needs_online_retail
from tests.oracles.metrics.asked import Asked
from tests.oracles.metrics.conftest import Ask
from tests.tiers import examples

pytestmark = needs_online_retail

RUNS = settings(max_examples=examples(4), deadline=None, suppress_health_check=list(HealthCheck))
ROUNDED = Decimal("0.0001")
_FIRST = pd.Timestamp("2010-12-03", tz="UTC")
_LONGEST = {"hourly": 6, "daily": 40, "weekly": 90, "monthly": 200, "quarterly": 200}
_ZONES = ("UTC", "UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Adelaide")
_FILTERS: tuple[dict[str, list[str]], ...] = (
    {},
    {"region": ["France", "Germany"]},
    {"product_category": ["home"], "channel": ["web", "app"]},
)


@st.composite
def questions(draw: st.DrawFn, metric: str, aggregation: str, *, filtered: bool = True) -> Asked:
    granularity = draw(st.sampled_from(list(_LONGEST)))
    unit = draw(st.sampled_from([timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)]))
    length = draw(st.integers(2, timedelta(days=_LONGEST[granularity]) // unit))
    start = _FIRST + draw(st.integers(0, timedelta(days=371) // unit - length)) * unit
    return Asked(
        metric=metric,
        aggregation=aggregation,
        granularity=granularity,
        start=start,
        end=start + length * unit,
        zone=draw(st.sampled_from(_ZONES)),
        filters=draw(st.sampled_from(_FILTERS)) if filtered else {},
        currency="GBP" if filtered else None,
    )


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def values(data: Any) -> list[Decimal]:
    return [exact(point["value"]) for point in data["data"]]


def parts(asked: Asked, share: float) -> list[Asked]:
    """The question cut in two at a minute."""
    cut = (asked.start + (asked.end - asked.start) * share).floor("min")
    cut = cut if cut > asked.start else asked.start + timedelta(minutes=30)
    return [Asked(**{**vars(asked), "end": cut}), Asked(**{**vars(asked), "start": cut})]


@pytest.mark.parametrize(
    ("metric", "aggregation"), [("revenue", "sum"), ("revenue", "count"), ("transactions", "count")]
)
@given(data=st.data())
@RUNS
def test_buckets_add_up_to_the_total_and_so_do_two_parts_of_the_range(
    ask: Ask, metric: str, aggregation: str, data: st.DataObject
) -> None:
    asked = data.draw(questions(metric, aggregation))

    whole, *both = map(ask, [asked, *parts(asked, data.draw(st.floats(0.01, 0.99)))])

    total = exact(whole["summary"]["total"])
    assert sum(values(whole)) == total
    assert sum(exact(each["summary"]["total"]) for each in both) == total
    assert sum(each["metadata"]["total_records"] for each in both) == whole["metadata"]["total_records"]


@pytest.mark.parametrize(
    ("metric", "aggregation"), [("revenue", "max"), ("average_order_value", "avg"), ("customers", "count")]
)
@given(data=st.data())
@RUNS
def test_the_comparison_equals_a_query_of_the_previous_range(
    ask: Ask, metric: str, aggregation: str, data: st.DataObject
) -> None:
    asked = data.draw(questions(metric, aggregation))

    told, before = ask(asked), ask(asked.previous)

    change = exact(told["summary"]["total"]) - exact(before["summary"]["total"])
    assert told["comparison"]["previous_period"] == before["data"]
    assert abs(exact(told["comparison"]["variance"]) - change) <= ROUNDED


@given(data=st.data())
@RUNS
def test_a_mean_over_the_range_is_the_sum_of_amounts_divided_by_that_of_lines(ask: Ask, data: st.DataObject) -> None:
    asked = data.draw(questions("revenue", "avg"))

    told = ask(asked)
    amounts, lines = (ask(Asked(**{**vars(asked), "aggregation": each})) for each in ("sum", "count"))

    counts = [point["additional_metrics"]["lines"] for point in told["data"]]
    assert sum(counts) == told["metadata"]["total_records"] == lines["summary"]["total"]
    if counts:
        mean = exact(amounts["summary"]["total"]) / sum(counts)
        assert abs(exact(told["summary"]["total"]) - mean) <= ROUNDED


@given(data=st.data())
@RUNS
def test_customers_of_a_range_are_between_the_maximum_and_sum_of_buckets(ask: Ask, data: st.DataObject) -> None:
    told = ask(data.draw(questions("customers", "count")))

    assert max(values(told)) <= exact(told["summary"]["total"]) <= sum(values(told))


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize("aggregation", ["sum", "avg", "min", "max"])
@given(data=st.data())
@RUNS
def test_the_level_of_a_range_is_that_of_its_last_bucket(ask: Ask, aggregation: str, data: st.DataObject) -> None:
    asked = data.draw(questions("inventory", aggregation, filtered=False))

    told = ask(asked)

    assert told["summary"]["total"] == told["data"][-1]["value"]
    assert told["summary"]["min"] <= told["summary"]["total"] <= told["summary"]["max"]
    if told["comparison"]["previous_period"]:
        change = exact(told["summary"]["total"]) - exact(told["comparison"]["previous_period"][-1]["value"])
        assert abs(exact(told["comparison"]["variance"]) - change) <= ROUNDED
