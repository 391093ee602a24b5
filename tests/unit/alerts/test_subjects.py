"""The metrics that rules can name."""

import pytest

from shared.alerts.default_rules import DEFAULT_RULES
from shared.alerts.models import AlertRuleRequest
from shared.alerts.stored_rule import StoredRule
from shared.alerts.subjects import KNOWN, PIPELINES, Kind, Subject, UnknownMetric
from shared.fraud.kpis import KPIS
from shared.metrics.catalogue import METRICS
from shared.pipelines.catalogue import BY_ID


def test_every_pipeline_can_be_named() -> None:
    assert tuple(BY_ID) == PIPELINES


@pytest.mark.parametrize("name", [f"{name}:{each}" for name, metric in METRICS.items() for each in metric.formulas])
def test_every_aggregation_of_every_business_metric_is_a_metric(name: str) -> None:
    subject = Subject.parse(name)

    assert (subject.kind, f"{subject.name}:{subject.part}") == (Kind.BUSINESS, name)
    assert set(subject.traits.filters) == set(subject.metric.filters)


@pytest.mark.parametrize("name", KPIS)
def test_every_kpi_is_a_metric_and_its_bounds_if_it_has_any(name: str) -> None:
    assert Subject.parse(name) == Subject(kind=Kind.KPI, name=name)
    if KPIS[name].bounds:
        assert Subject.parse(f"bounds:low:{name}") == Subject(kind=Kind.KPI, name=name, part="low")
    else:
        with pytest.raises(UnknownMetric, match="must be bounds:low"):
            Subject.parse(f"bounds:low:{name}")


def test_a_feature_may_have_colons_in_its_name() -> None:
    assert Subject.parse("drift:card:age") == Subject(kind=Kind.DRIFT, name="card:age")


def test_an_unknown_metric_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(UnknownMetric) as refused:
        Subject.parse("happiness")

    assert all(each in str(refused.value) for each in KNOWN)


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.rule_id)
def test_the_rules_that_come_with_the_platform_are_ones_that_a_user_may_create(rule: StoredRule) -> None:
    body = rule.definition.model_dump(mode="json", by_alias=True, exclude_none=True)

    assert AlertRuleRequest.model_validate(body)
