"""Provides the decision policy."""

from shared.policies.store import POLICIES_TABLE, DecisionPolicies
from shared.runtime.deployment import Deployment, provider


@provider
def policies(deployment: Deployment) -> DecisionPolicies:
    """Build the store of the policy."""
    return DecisionPolicies(deployment.clients.dynamodb, deployment.name_of(POLICIES_TABLE))
