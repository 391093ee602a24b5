"""Provides experiments."""

from shared.experiments.changes import ExperimentChanges
from shared.experiments.store import EXPERIMENTS_TABLE, ExperimentStore
from shared.runtime.deployment import Deployment, provider


@provider
def experiments(deployment: Deployment) -> ExperimentStore:
    """Build the store of experiments."""
    return ExperimentStore(deployment.clients.dynamodb, deployment.name_of(EXPERIMENTS_TABLE))


@provider
def experiment_changes(deployment: Deployment) -> ExperimentChanges:
    """Build what changes experiments."""
    return ExperimentChanges(store=experiments(deployment), clock=deployment.clock)
