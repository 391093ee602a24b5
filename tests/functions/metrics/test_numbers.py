"""Every number of an answer equals the one computed from the lines alone, whichever table it comes from."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, Dimension
from shared.metrics.models import MetricsResponse
from shared.metrics.numbers import at_the_edge
from shared.metrics.plan import Plan, Source, choose
from shared.metrics.question import Question
from shared.runtime.reading import time_zone
from shared.runtime.wiring import Wiring
from tests.functions.metrics import oracle, shop
from tests.unit.metrics.asking import question

LINES = shop.lines()
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Chatham")
VALUES = {
    Dimension.REGION: shop.REGIONS,
    Dimension.CHANNEL: shop.CHANNELS,
    Dimension.PRODUCT_CATEGORY: shop.CATEGORIES,
    Dimension.CUSTOMER_SEGMENT: shop.SEGMENTS,
}


@st.composite
def questions(draw: st.DrawFn, *, whole_hours: bool = False) -> Question:
    metric_type = draw(st.sampled_from(list(METRICS)))
    unit = timedelta(hours=1) if whole_hours else timedelta(milliseconds=draw(st.sampled_from([1, 1000, 3_600_000])))
    start = shop.OPENED - timedelta(days=3) + draw(st.integers(0, timedelta(days=40) // unit)) * unit
    chosen = draw(st.lists(st.sampled_from(Dimension), unique=True, max_size=2))
    return Question(
        metric_type=metric_type,
        aggregation=draw(st.sampled_from(list(METRICS[metric_type].formulas))),
        granularity=draw(st.sampled_from(Granularity)),
        start=start,
        end=start + draw(st.integers(1, timedelta(days=30) // unit)) * unit,
        zone=time_zone(draw(st.sampled_from(ZONES))),
        filters={each: _values(draw, each) for each in chosen},
        currency=draw(st.sampled_from([None, None, "EUR", "JPY"])),
        include_comparison=True,
    )


def _values(draw: st.DrawFn, dimension: Dimension) -> tuple[str, ...]:
    texts = [value for value in VALUES[dimension] if value is not None]
    return tuple(sorted(draw(st.lists(st.sampled_from([*texts, "unheard of"]), unique=True, min_size=1))))


def shown(answer: MetricsResponse) -> dict[str, Any]:
    return {point["timestamp"]: point["value"] for point in answer.model_dump(mode="json")["data"]}


def expected(asked: Question) -> dict[str, Any]:
    found = oracle.points(asked, LINES)
    return {start.strftime("%Y-%m-%dT%H:%M:%SZ"): at_the_edge(value) for start, value in found.items()}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("metric_type", "granularity"),
    [("revenue", each) for each in Granularity] + [("average_order_value", Granularity.DAILY)],
)
def test_the_weeks_in_which_clocks_change_add_up_in_every_zone(
    wired: Wiring, zone: str, metric_type: str, granularity: Granularity
) -> None:
    asked = question(
        metric_type=metric_type,
        granularity=granularity,
        timezone=zone,
        time_range__start="2025-03-01",
        time_range__end="2025-04-09",
    )

    assert shown(wired.metric_reports.report(asked)) == expected(asked)


@given(questions())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_equal_what_the_lines_say(wired: Wiring, asked: Question) -> None:
    answer = wired.metric_reports.report(asked)

    assert shown(answer) == expected(asked)
    assert answer.model_dump(mode="json")["summary"]["total"] == at_the_edge(oracle.total(asked, LINES))
    assert answer.metadata.total_records == len(oracle.counted(asked, LINES))
    assert answer.metadata.excluded_records == oracle.excluded(asked, LINES)


@given(questions(whole_hours=True).filter(lambda asked: choose(asked).source is not Source.BASE))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_roll_up_tells_the_same_as_the_base(wired: Wiring, asked: Question) -> None:
    chosen, by_all_dimensions, base = (
        wired.metric_reports.report(asked, Plan(source, "the test says so")).model_dump(
            mode="json", exclude={"metadata"}
        )
        for source in (choose(asked).source, Source.ROLLUP, Source.BASE)
    )

    assert chosen == by_all_dimensions == base
