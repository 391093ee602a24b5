"""A metric by the values of a dimension: each group is the metric with a filter, and the rest is counted anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.metrics.breakdown import NONE, OTHER
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.facts import Dimension, Source
from shared.metrics.models import MetricBreakdown
from shared.metrics.question import GroupedQuestion, MetricQuestion
from shared.runtime.values import time_zone
from tests.functions.metrics import shop
from tests.functions.metrics.test_numbers import UNITS, VALUES, ZONES
from tests.tiers import examples

FEW = settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ADDITIVE = {
    (MetricType.REVENUE, "sum"),
    (MetricType.REVENUE, "count"),
    (MetricType.TRANSACTIONS, "count"),
    (MetricType.INVENTORY, "sum"),
}


@st.composite
def grouped(draw: st.DrawFn, metric_type: MetricType) -> GroupedQuestion:
    metric = METRICS[metric_type]
    unit = draw(st.sampled_from(UNITS))
    start = shop.OPENED - timedelta(days=3) + draw(st.integers(0, timedelta(days=40) // unit)) * unit
    chosen = draw(st.lists(st.sampled_from(metric.fact.dimensions), unique=True, max_size=2))
    return GroupedQuestion(
        metric_type=metric_type,
        aggregation=draw(st.sampled_from(list(metric.formulas))),
        granularity=Granularity.DAILY,
        start=start,
        end=start + draw(st.integers(1, timedelta(days=30) // unit)) * unit,
        zone=time_zone(draw(st.sampled_from(ZONES))),
        filters={each: draw(_some(each)) for each in chosen},
        currency=draw(st.sampled_from([None, None, "EUR"])) if metric.fact.has_currency else None,
        group_by=draw(st.sampled_from(metric.fact.dimensions)),
        limit=draw(st.integers(1, 4)),
    )


def _some(dimension: Dimension) -> st.SearchStrategy[tuple[str, ...]]:
    texts = [value for value in VALUES[dimension] if value is not None]
    return st.lists(st.sampled_from([*texts, "unheard of"]), unique=True, min_size=1).map(
        lambda each: tuple(sorted(each))
    )


def with_filter(asked: GroupedQuestion, values: Sequence[str] | None) -> MetricQuestion:
    """The question about the records with one of some values of its dimension, or about all."""
    kept = ("metric_type", "aggregation", "granularity", "start", "end", "zone", "currency")
    filters = dict(asked.filters) if values is None else {**asked.filters, asked.group_by: tuple(sorted(values))}
    return MetricQuestion(**{name: getattr(asked, name) for name in kept}, filters=filters)


def shown(breakdown: MetricBreakdown) -> dict[str, dict[str, Any]]:
    told = breakdown.model_dump(mode="json")
    return {each["name"]: each for each in told["groups"]}


def summary(wired: Wiring, asked: MetricQuestion) -> Mapping[str, Any]:
    told = wired.metric_reports.report(asked).model_dump(mode="json")["summary"]
    return {name: told[name] for name in ("total", "change_from_previous", "change_percentage")}


def totals(group: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: group[name] for name in ("total", "change_from_previous", "change_percentage")}


@pytest.mark.parametrize("metric_type", METRICS)
@given(data=st.data())
@FEW
def test_every_group_equals_the_metric_with_a_filter_and_all_of_them_the_metric_without(
    wired: Wiring, metric_type: MetricType, data: st.DataObject
) -> None:
    asked = data.draw(grouped(metric_type))

    told = wired.metric_reports.breakdown(asked)

    groups = shown(told)
    for name, group in groups.items():
        if name not in {NONE, OTHER}:
            assert totals(group) == summary(wired, with_filter(asked, [name])), name
    assert totals(told.model_dump(mode="json")["summary"]) == summary(wired, with_filter(asked, None))
    assert len(groups) <= asked.limit + 1
    if (asked.metric_type, asked.aggregation) in ADDITIVE:
        assert sum((Decimal(str(each["total"])) for each in groups.values()), Decimal(0)) == pytest.approx(
            Decimal(str(told.summary.total)), abs=Decimal("0.001")
        )


@pytest.mark.parametrize("metric_type", METRICS)
@given(data=st.data())
@FEW
def test_the_rest_equals_the_metric_of_all_values_that_are_not_listed(
    wired: Wiring, metric_type: MetricType, data: st.DataObject
) -> None:
    asked = data.draw(grouped(metric_type))
    everything = shown(wired.metric_reports.breakdown(replace(asked, limit=50)))

    groups = shown(wired.metric_reports.breakdown(asked))

    rest = [name for name in everything if name not in groups]
    assert (OTHER in groups) == bool(rest)
    if rest and NONE not in rest:
        assert totals(groups[OTHER]) == summary(wired, with_filter(asked, rest))


@pytest.mark.parametrize("metric_type", METRICS)
@given(data=st.data())
@FEW
def test_every_table_gives_the_groups_of_the_base(wired: Wiring, metric_type: MetricType, data: st.DataObject) -> None:
    asked = data.draw(grouped(metric_type))
    able = [source for source, table in asked.metric.fact.tables.items() if len(asked.dimensions) <= table.max_filters]

    answers = [
        wired.metric_reports.breakdown(asked, source).model_dump(
            mode="json", exclude={"metadata": {"query_time_ms", "cache_hit"}}
        )
        for source in able
    ]

    assert able[-1] is Source.BASE
    assert all(answer == answers[-1] for answer in answers)
