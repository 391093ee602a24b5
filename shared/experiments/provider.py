"""Provides experiments."""

from shared.athena.provider import pinned_queries
from shared.decisions.provider import fraud_configuration
from shared.events.provider import platform_events
from shared.experiments.changes import ExperimentChanges
from shared.experiments.lake_reader import ExperimentReader
from shared.experiments.promotions import Promotions
from shared.experiments.reports import ExperimentReports
from shared.experiments.store import EXPERIMENTS_TABLE, ExperimentStore
from shared.fraud.provider import decision_reader
from shared.policies.provider import policies
from shared.runtime.deployment import Deployment, provider


@provider
def experiments(deployment: Deployment) -> ExperimentStore:
    """Build the store of experiments."""
    return ExperimentStore(deployment.clients.dynamodb, deployment.name_of(EXPERIMENTS_TABLE))


@provider
def experiment_changes(deployment: Deployment) -> ExperimentChanges:
    """Build what changes experiments."""
    return ExperimentChanges(store=experiments(deployment), clock=deployment.clock)


@provider
def experiment_reports(deployment: Deployment) -> ExperimentReports:
    """Build what computes the results of experiments."""
    return ExperimentReports(
        reader=ExperimentReader(
            queries=pinned_queries(deployment), reporting_currency=deployment.settings.reporting_currency
        ),
        parameters=lambda: fraud_configuration(deployment).get(),
        clock=deployment.clock,
    )


@provider
def promotions(deployment: Deployment) -> Promotions:
    """Build what promotes variants."""
    return Promotions(
        dynamodb=deployment.clients.dynamodb,
        store=experiments(deployment),
        changes=experiment_changes(deployment),
        reports=experiment_reports(deployment),
        policies=policies(deployment),
        decisions=decision_reader(deployment),
        events=platform_events(deployment),
    )
