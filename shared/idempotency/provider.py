"""Provides the store of requests that carry an `Idempotency-Key`."""

from shared.idempotency.once import Idempotency
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def idempotency(deployment: Deployment) -> Idempotency:
    """Build the store."""
    return Idempotency(deployment.clients.dynamodb, deployment.name_of(Resource.IDEMPOTENCY))
