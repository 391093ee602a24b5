"""Provides the store of requests that carry an `Idempotency-Key`."""

from shared.idempotency.store import IDEMPOTENCY_TABLE, Idempotency
from shared.runtime.deployment import Deployment, provider


@provider
def idempotency(deployment: Deployment) -> Idempotency:
    """Build the store."""
    return Idempotency(deployment.clients.dynamodb, deployment.name_of(IDEMPOTENCY_TABLE))
