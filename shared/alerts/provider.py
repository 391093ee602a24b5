"""Provides alert rules, their evaluation, and the alerts that they raise."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from shared.alerts.alert_store import ALERTS_TABLE, AlertStore
from shared.alerts.backtest import BackTest
from shared.alerts.changes import AlertChanges
from shared.alerts.evaluator import AlertEvaluator
from shared.alerts.horizon import Horizons
from shared.alerts.known_names import KnownNames
from shared.alerts.readings.business import BusinessReader
from shared.alerts.readings.drift import DriftReader
from shared.alerts.readings.kpis import KpiReader
from shared.alerts.readings.observer import Observer
from shared.alerts.readings.present import PresentReader
from shared.alerts.readings.quality import QualityReader
from shared.alerts.reports import AlertReports
from shared.alerts.rule_changes import RuleChanges
from shared.alerts.rule_store import ALERT_RULES_TABLE, AlertRuleStore
from shared.drift.provider import drift_reports
from shared.events.provider import platform_events
from shared.fraud.provider import fraud_reports
from shared.ingestion.arrivals_provider import source_arrivals
from shared.lake.provider import table_states
from shared.metrics.provider import metric_reports
from shared.notifications.provider import outbox, webhook_addresses
from shared.pipelines.provider import pipeline_health
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from shared.quality.reports import QualityReports


@provider
def alert_rules(deployment: Deployment) -> AlertRuleStore:
    """Build the store of rules."""
    return AlertRuleStore(deployment.clients.dynamodb, deployment.name_of(ALERT_RULES_TABLE))


@provider
def alert_store(deployment: Deployment) -> AlertStore:
    """Build the store of alerts."""
    return AlertStore(deployment.clients.dynamodb, deployment.name_of(ALERTS_TABLE))


@provider
def alert_reports(deployment: Deployment) -> AlertReports:
    """Build the list of alerts."""
    return AlertReports(alerts=alert_store(deployment))


@provider
def alert_changes(deployment: Deployment) -> AlertChanges:
    """Build what acknowledges and resolves alerts."""
    return AlertChanges(
        dynamodb=deployment.clients.dynamodb,
        alerts=alert_store(deployment),
        rules=alert_rules(deployment),
        outbox=outbox(deployment),
        events=platform_events(deployment),
        clock=deployment.clock,
    )


def rule_changes(deployment: Deployment, *, source_ids: Callable[[], Iterable[str]]) -> RuleChanges:
    """Build what creates, edits, silences and deletes rules."""
    return RuleChanges(
        rules=alert_rules(deployment),
        alerts=alert_store(deployment),
        changes=alert_changes(deployment),
        names=_names(deployment, source_ids),
        clock=deployment.clock,
    )


def alert_evaluator(deployment: Deployment, *, quality: "QualityReports") -> AlertEvaluator:
    """Build the evaluator of rules; quality reports are passed in, because they depend on what higher floors have."""
    return AlertEvaluator(
        rules=alert_rules(deployment),
        alerts=alert_store(deployment),
        changes=alert_changes(deployment),
        observer=_observer(deployment, quality),
        horizons=_horizons(deployment),
        clock=deployment.clock,
    )


def back_test(
    deployment: Deployment, *, quality: "QualityReports", source_ids: Callable[[], Iterable[str]]
) -> BackTest:
    """Build what tries rules on the past."""
    return BackTest(
        observer=_observer(deployment, quality),
        horizons=_horizons(deployment),
        names=_names(deployment, source_ids),
        clock=deployment.clock,
    )


def _names(deployment: Deployment, source_ids: Callable[[], Iterable[str]]) -> KnownNames:
    return KnownNames(
        drift=drift_reports(deployment),
        source_ids=source_ids,
        addresses=webhook_addresses(deployment),
        clock=deployment.clock,
    )


def _horizons(deployment: Deployment) -> Horizons:
    return Horizons(arrivals=source_arrivals(deployment), states=table_states(deployment))


def _observer(deployment: Deployment, quality: "QualityReports") -> Observer:
    return Observer(
        business=BusinessReader(reports=metric_reports(deployment)),
        kpis=KpiReader(reports=fraud_reports(deployment)),
        drift=DriftReader(reports=drift_reports(deployment)),
        quality=QualityReader(reports=quality),
        present=PresentReader(pipelines=pipeline_health(deployment), arrivals=source_arrivals(deployment)),
    )
