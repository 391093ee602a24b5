"""Provides drift reports and baselines."""

from shared.athena.provider import pinned_queries, scheduled_queries
from shared.decisions.provider import fraud_configuration
from shared.drift.freezer import BaselineFreezer
from shared.drift.reports import DriftReports
from shared.drift.store import DRIFT_BASELINES_TABLE, BaselineStore
from shared.ingestion.arrivals_provider import source_arrivals
from shared.lake.provider import lake
from shared.runtime.deployment import Deployment, provider


@provider
def drift_baselines(deployment: Deployment) -> BaselineStore:
    """Build the store of frozen baselines."""
    return BaselineStore(deployment.clients.dynamodb, deployment.name_of(DRIFT_BASELINES_TABLE), lake(deployment))


@provider
def drift_reports(deployment: Deployment) -> DriftReports:
    """Build the reports on drift."""
    return DriftReports(
        queries=pinned_queries(deployment),
        arrivals=source_arrivals(deployment),
        baselines=drift_baselines(deployment),
        clock=deployment.clock,
        parameters=lambda: fraud_configuration(deployment).get(),
    )


@provider
def baseline_freezer(deployment: Deployment) -> BaselineFreezer:
    """Build what freezes baselines while a request waits."""
    return BaselineFreezer(
        queries=pinned_queries(deployment), baselines=drift_baselines(deployment), clock=deployment.clock
    )


@provider
def scheduled_baseline_freezer(deployment: Deployment) -> BaselineFreezer:
    """Build what freezes baselines by itself."""
    return BaselineFreezer(
        queries=scheduled_queries(deployment), baselines=drift_baselines(deployment), clock=deployment.clock
    )
