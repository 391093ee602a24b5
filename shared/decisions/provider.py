"""Provides the index of fraud decisions."""

from shared.decisions.index import DECISIONS_TABLE, DecisionIndex
from shared.runtime.deployment import Deployment, provider


@provider
def decisions(deployment: Deployment) -> DecisionIndex:
    """Build the index."""
    return DecisionIndex(deployment.clients.dynamodb, deployment.name_of(DECISIONS_TABLE))
