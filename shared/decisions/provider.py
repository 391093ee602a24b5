"""Provides the index of fraud decisions."""

from shared.decisions.index import DecisionIndex
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def decisions(deployment: Deployment) -> DecisionIndex:
    """Build the index."""
    return DecisionIndex(deployment.clients.dynamodb, deployment.name_of(Resource.DECISIONS))
