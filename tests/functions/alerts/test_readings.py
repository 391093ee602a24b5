"""Every kind of metric has the value of the report that it comes from, in every window."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.alerts.models import AlertRuleRequest, RuleDefinition
from shared.alerts.readings.observer import Observer
from shared.alerts.state import key_of
from shared.alerts.stored_rule import StoredRule
from shared.alerts.windows import Window, window_of
from shared.app.wiring import Wiring
from shared.drift.question import DriftQuestion
from shared.fraud.kpis import KPIS
from shared.fraud.parameters import CohortsQuery, MetricsQuery
from shared.fraud.steps import floor
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, Aggregation, MetricType
from shared.metrics.facts import Dimension
from shared.metrics.question import MetricQuestion
from shared.records.value_schemas import EARLIEST
from shared.runtime.models import rfc3339
from shared.runtime.numbers import to_json_number
from tests.fakes.records import NOW
from tests.functions.drift.decisions import OPENED
from tests.functions.metrics import shop
from tests.tiers import sized

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = shop.OPENED + timedelta(days=21)
_EVERYTHING = [(name, each) for name, metric in METRICS.items() for each in metric.formulas]


def rule(**changes: Any) -> StoredRule:
    """A rule."""
    body: Mapping[str, Any] = {
        "name": "x",
        "severity": "low",
        "metric": "revenue:sum",
        "condition": {"type": "change_above", "percent": 5},
        "window": "PT1H",
    }
    request = AlertRuleRequest.model_validate({**body, **changes})
    return StoredRule(
        rule_id="rule",
        definition=RuleDefinition.model_construct(
            **{name: getattr(request, name) for name in RuleDefinition.model_fields}
        ),
        version=1,
        revision=1,
        created_at=NOW,
        created_by="ann",
        updated_at=NOW,
    )


def reader(wired: Wiring) -> Observer:
    """The observer of one pass."""
    return wired.alert_evaluator.observer.of_pass()


def value(wired: Wiring, asked: StoredRule, end: datetime, group: str | None = None) -> float | None:
    """The value of a window."""
    return reader(wired).observe(asked, [end], EARLIEST)[end][key_of(group)].value


def reported(
    wired: Wiring, metric: MetricType, aggregation: Aggregation, window: Window, **filters: Any
) -> float | None:
    """The total of a window in the report of a business metric."""
    question = MetricQuestion(
        metric_type=metric,
        aggregation=aggregation,
        granularity=Granularity.DAILY,
        start=window.start,
        end=window.end,
        filters={Dimension(name): values for name, values in filters.items()},
    )
    found = wired.metric_reports.report(question)
    return to_json_number(found.summary.total) if found.data else None


@pytest.mark.parametrize(("metric", "aggregation"), _EVERYTHING)
@pytest.mark.parametrize("window", sized(quick=["PT3H", "P1D"], thorough=["PT1H", "PT3H", "P1D", "P2D", "P7D"]))
def test_a_business_metric_has_the_value_of_its_report(
    lake: Wiring, metric: MetricType, aggregation: Aggregation, window: str
) -> None:
    condition = {"type": "below", "threshold": 0.5}
    asked = rule(metric=f"{metric}:{aggregation}", window=window, condition=condition)
    for end in (AT, AT + timedelta(hours=13)):
        assert value(lake, asked, end) == reported(lake, metric, aggregation, window_of(asked, end))


def test_a_change_is_measured_against_the_window_before_or_that_of_the_week_before(lake: Wiring) -> None:
    for against, back in {"previous": timedelta(days=1), "week_before": timedelta(weeks=1)}.items():
        asked = rule(window="P1D", condition={"type": "change_above", "percent": 5, "against": against})
        found = reader(lake).observe(asked, [AT], EARLIEST)[AT][key_of(None)]

        window = window_of(asked, AT)
        before = Window(window.start - back, window.end - back)
        assert found.base == reported(lake, MetricType.REVENUE, Aggregation.SUM, before)


def test_an_anomaly_looks_at_the_same_hour_of_eight_weeks_that_have_data(lake: Wiring) -> None:
    asked = rule(condition={"type": "anomaly"})
    end = AT + timedelta(hours=13)
    found = reader(lake).observe(asked, [end], shop.OPENED)[end][key_of(None)]

    assert [each.at for each in found.history] == [end - n * timedelta(weeks=1) for n in range(1, 9)]
    for each in found.history:
        window = window_of(asked, each.at)
        has_data = window.start >= shop.OPENED
        expected = reported(lake, MetricType.REVENUE, Aggregation.SUM, window) if has_data else None
        assert each.value == expected


def test_windows_that_are_buckets_or_sums_of_hours_are_one_question(lake: Wiring) -> None:
    ends = [AT + n * timedelta(hours=1) for n in range(48)]
    asked = reader(lake)
    asked.observe(rule(), ends, EARLIEST)
    asked.observe(rule(window="PT6H"), ends, EARLIEST)
    asked.observe(rule(severity="high"), ends, EARLIEST)

    assert asked.asked == 2


def test_a_business_metric_is_judged_by_group_and_filter(lake: Wiring) -> None:
    asked = rule(
        window="P1D",
        filters={"region": ["EU", "US"], "channel": "web"},
        group_by="region",
        condition={"type": "anomaly"},
    )
    for region in ("EU", "US"):
        expected = reported(
            lake, MetricType.REVENUE, Aggregation.SUM, window_of(asked, AT), region=(region,), channel=("web",)
        )
        assert value(lake, asked, AT, region) == expected


@pytest.mark.parametrize("window", ["PT6H", "P7D", "PT35M"])
def test_a_fraud_kpi_and_its_bounds_have_the_values_of_the_route(lake: Wiring, window: str) -> None:
    end = OPENED + timedelta(days=12, hours=7)
    seen = window_of(rule(window=window, metric="recall", condition={"type": "above", "threshold": 0.1}), end)
    given = {"startDate": [rfc3339(seen.start)], "endDate": [rfc3339(seen.end)]}
    expected = lake.fraud_reports.precision_recall(MetricsQuery.read(given))

    for name in ("precision", "recall", "f1_score"):
        threshold = {"type": "above", "threshold": 0.1}
        asked = rule(metric=name, window=window, condition=threshold)
        assert value(lake, asked, end) == pytest.approx(getattr(expected, name))
        bounds = getattr(expected.bounds, name)
        for place, bound in enumerate(("low", "high")):
            asked = rule(metric=f"bounds:{bound}:{name}", window=window, condition=threshold)
            assert value(lake, asked, end) == (None if bounds is None else pytest.approx(bounds[place]))


def test_every_fraud_kpi_is_judged_by_cohort(lake: Wiring) -> None:
    end = OPENED + timedelta(days=14)
    seen = Window(end - timedelta(days=7), end)
    given = {"startDate": [rfc3339(seen.start)], "endDate": [rfc3339(seen.end)], "dimension": ["model_version"]}
    cohorts = lake.fraud_reports.cohorts(CohortsQuery.read({**given, "minCount": ["1"]})).cohorts
    once = reader(lake)

    for name in KPIS:
        asked = rule(metric=name, window="P7D", condition={"type": "above", "threshold": 0.1}, group_by="model_version")
        found = once.observe(asked, [end], EARLIEST)[end]
        assert found.keys() == {key_of(each.name) for each in cohorts}
        for each in cohorts:
            assert found[key_of(each.name)].value == pytest.approx(getattr(each.metrics, name))
    assert once.asked == 1


def test_a_cohort_with_an_open_alert_is_judged_although_others_are_larger(lake: Wiring) -> None:
    end = OPENED + timedelta(days=14)
    asked = rule(metric="fraud_rate", condition={"type": "above", "threshold": 0.1}, group_by="model_version")

    found = reader(lake).observe(asked, [end], EARLIEST, ["retired"])[end]

    assert len(found) > 1
    assert found[key_of("retired")].value is None


def test_drift_is_the_psi_of_the_report(lake: Wiring) -> None:
    end = floor(OPENED + timedelta(days=20), timedelta(days=1))
    asked = rule(metric="drift:score", window="P7D", condition={"type": "above", "threshold": 0.1})
    report = lake.drift_reports.drift(DriftQuestion(start=end - timedelta(days=7), end=end))
    (score,) = [each for each in report.drift_metrics if each.feature_name == "score"]

    assert value(lake, asked, end) == (None if score.insufficient_data else score.psi)
    assert (
        value(lake, rule(metric="drift:nothing", window="P7D", condition=asked.definition.condition.model_dump()), end)
        is None
    )
