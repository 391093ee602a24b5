"""Provides the connections of the WebSocket API."""

from shared.live.connections import Connections
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def connections(deployment: Deployment) -> Connections:
    """Build the store of connections."""
    return Connections(deployment.clients.dynamodb, deployment.name_of(Resource.CONNECTIONS), deployment.clock)
