"""Every figure of a result equals the one computed from the records alone, from any table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.facts import CURRENCY, Dimension, FactName, Source
from shared.metrics.models import MetricsResponse
from shared.metrics.question import MetricQuestion
from shared.metrics.split import split
from shared.runtime.numbers import to_json_number
from shared.runtime.values import time_zone
from tests.functions.metrics import oracle, oracle_of_stock, oracle_of_visits, shop
from tests.tiers import examples, pairwise
from tests.unit.metrics.asking import question

Record = Mapping[str, Any]
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "Pacific/Chatham")
UNITS = (timedelta(milliseconds=1), timedelta(seconds=1), timedelta(hours=1), timedelta(days=1))
VALUES = {
    Dimension.REGION: shop.REGIONS,
    Dimension.CHANNEL: shop.CHANNELS,
    Dimension.PRODUCT_CATEGORY: shop.CATEGORIES,
    Dimension.CUSTOMER_SEGMENT: shop.SEGMENTS,
}
AGGREGATED = [(name, each) for name, metric in METRICS.items() for each in metric.formulas]
FEW = settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Oracle(NamedTuple):
    """Computes the expected results of one kind of record."""

    points: Callable[[MetricQuestion, Sequence[Record]], dict[datetime, Decimal]]
    total: Callable[[MetricQuestion, Sequence[Record]], Decimal]
    counted: Callable[[MetricQuestion, Sequence[Record]], Sequence[Record]]


LINES, COUNTS, EVENTS = shop.lines(), shop.stock(), shop.visits()
SALES = Oracle(oracle.points, oracle.total, oracle.counted)
STOCK = Oracle(oracle_of_stock.points, oracle_of_stock.total, oracle_of_stock.counted)
VISITS = Oracle(oracle_of_visits.points, oracle_of_visits.total, oracle_of_visits.counted)
KNOWN: Mapping[FactName, tuple[Oracle, Sequence[Record]]] = {
    FactName.SALES: (SALES, LINES),
    FactName.ORDERS: (SALES, LINES),
    FactName.CUSTOMERS: (SALES, LINES),
    FactName.LEVELS: (STOCK, COUNTS),
    FactName.SESSIONS: (VISITS, EVENTS),
}


@st.composite
def questions(draw: st.DrawFn, metric_type: MetricType) -> MetricQuestion:
    fact = METRICS[metric_type].fact
    unit = draw(st.sampled_from(UNITS))
    start = shop.OPENED - timedelta(days=3) + draw(st.integers(0, timedelta(days=40) // unit)) * unit
    chosen = draw(st.lists(st.sampled_from(fact.dimensions), unique=True, max_size=2))
    return MetricQuestion(
        metric_type=metric_type,
        aggregation=draw(st.sampled_from(list(METRICS[metric_type].formulas))),
        granularity=draw(st.sampled_from(Granularity)),
        start=start,
        end=start + draw(st.integers(1, timedelta(days=30) // unit)) * unit,
        zone=time_zone(draw(st.sampled_from(ZONES))),
        filters={each: _values(draw, each) for each in chosen},
        currency=draw(st.sampled_from([None, None, "EUR", "JPY"])) if CURRENCY in fact.filters else None,
        include_comparison=True,
    )


def _values(draw: st.DrawFn, dimension: Dimension) -> tuple[str, ...]:
    texts = [value for value in VALUES[dimension] if value is not None]
    return tuple(sorted(draw(st.lists(st.sampled_from([*texts, "unheard of"]), unique=True, min_size=1))))


def written(found: Mapping[datetime, Decimal]) -> dict[str, Any]:
    return {_moment(start): to_json_number(value) for start, value in found.items()}


def _beside(points: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The tax and the shipping of each bucket that has any."""
    found = {
        each["timestamp"]: {name: each["additional_metrics"][name] for name in ("tax", "shipping")} for each in points
    }
    present = {start: {name: amount for name, amount in amounts.items() if amount} for start, amounts in found.items()}
    return {start: amounts for start, amounts in present.items() if amounts}


def _moment(start: datetime) -> str:
    return start.strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(points: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {point["timestamp"]: point["value"] for point in points}


def before(asked: MetricQuestion) -> MetricQuestion:
    """The same question about the equally long range just before."""
    kept = {name: getattr(asked, name) for name in ("metric_type", "aggregation", "granularity", "zone", "filters")}
    return MetricQuestion(**kept, start=asked.previous_start, end=asked.start, currency=asked.currency)


def assert_right(asked: MetricQuestion, answer: MetricsResponse) -> None:
    knows, records = KNOWN[asked.metric.fact_name]
    told = answer.model_dump(mode="json")
    assert shown(told["data"]) == written(knows.points(asked, records))
    assert told["summary"]["total"] == to_json_number(knows.total(asked, records))
    if asked.metric_type is MetricType.REVENUE:
        assert _beside(told["data"]) == {
            _moment(start): {name: to_json_number(amount) for name, amount in amounts.items() if amount}
            for start, amounts in oracle.beside(asked, records).items()
            if any(amounts.values())
        }
    assert told["metadata"]["total_records"] == len(knows.counted(asked, records))
    if asked.include_comparison:
        change = knows.total(asked, records) - knows.total(before(asked), records)
        assert shown(told["comparison"]["previous_period"]) == written(knows.points(before(asked), records))
        assert told["comparison"]["variance"] == to_json_number(change)


@pytest.mark.parametrize(
    ("metric_type", "granularity", "zone"),
    pairwise([each for each in METRICS if each is not MetricType.TRANSACTIONS], list(Granularity), ZONES),
)
def test_the_weeks_in_which_clocks_change_are_right_in_every_zone(
    wired: Wiring, zone: str, granularity: Granularity, metric_type: MetricType
) -> None:
    asked = question(
        metric_type=metric_type,
        granularity=granularity,
        timezone=zone,
        time_range__start="2025-03-01",
        time_range__end="2025-04-09",
    )

    assert_right(asked, wired.metric_reports.report(asked))


@pytest.mark.parametrize("metric_type", METRICS)
@given(data=st.data())
@FEW
def test_results_equal_those_of_the_records(wired: Wiring, metric_type: MetricType, data: st.DataObject) -> None:
    asked = data.draw(questions(metric_type))

    assert_right(asked, wired.metric_reports.report(asked))


@pytest.mark.parametrize("metric_type", METRICS)
@given(data=st.data())
@FEW
def test_every_table_gives_the_result_of_the_base(wired: Wiring, metric_type: MetricType, data: st.DataObject) -> None:
    asked = data.draw(questions(metric_type))
    able = [source for source, table in asked.metric.fact.tables.items() if len(asked.filters) <= table.max_filters]

    answers = [
        wired.metric_reports.report(asked, source).model_dump(
            mode="json", exclude={"metadata": {"query_time_ms", "cache_hit"}}
        )
        for source in able
    ]

    assert able[-1] is Source.BASE
    assert all(answer == answers[-1] for answer in answers)


@pytest.mark.parametrize(("metric_type", "aggregation"), AGGREGATED)
def test_every_aggregation_is_correct(wired: Wiring, metric_type: MetricType, aggregation: str) -> None:
    asked = question(
        metric_type=metric_type,
        aggregation=aggregation,
        include_comparison="true",
        time_range__start="2025-03-11T10:17:23.456Z",
        time_range__end="2025-03-28T22:00:00Z",
    )

    assert_right(asked, wired.metric_reports.report(asked))


@pytest.mark.parametrize("metric_type", ["customers", "inventory"])
@pytest.mark.parametrize(("zone", "granularity"), [("Europe/London", "daily"), ("Australia/Sydney", "monthly")])
def test_days_cut_by_daylight_saving_time_are_read_from_the_base(
    wired: Wiring, metric_type: str, zone: str, granularity: str
) -> None:
    asked = question(
        metric_type=metric_type,
        granularity=granularity,
        timezone=zone,
        time_range__start="2024-11-01",
        time_range__end="2025-12-01",
    )
    parts = split(asked, Source.ROLLUP)

    answer = wired.metric_reports.report(asked, Source.ROLLUP)

    assert len(parts.rollup) > 1 < len(parts.base)
    assert_right(asked, answer)


def test_lines_without_a_known_value_are_counted(wired: Wiring) -> None:
    asked = question(time_range__start="2025-02-24", time_range__end="2025-04-10")

    metadata = wired.metric_reports.report(asked).metadata

    assert metadata.excluded_records == oracle.excluded(asked, LINES) > 0
