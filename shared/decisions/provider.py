"""Provides the index of fraud decisions, and the configuration of fraud analytics."""

from shared.decisions.configuration import FraudConfiguration
from shared.decisions.configuration_store import CONFIGURATION_TABLE, FraudConfigurations
from shared.decisions.index import DECISIONS_TABLE, DecisionIndex
from shared.runtime.deployment import Deployment, provider


@provider
def decisions(deployment: Deployment) -> DecisionIndex:
    """Build the index."""
    return DecisionIndex(deployment.clients.dynamodb, deployment.name_of(DECISIONS_TABLE))


@provider
def fraud_configuration(deployment: Deployment) -> FraudConfigurations:
    """Build the store of the configuration."""
    return FraudConfigurations(
        deployment.clients.dynamodb,
        deployment.name_of(CONFIGURATION_TABLE),
        deployment.clock,
        of_stage=FraudConfiguration.of_stage(deployment.settings.fraud_configuration),
    )
