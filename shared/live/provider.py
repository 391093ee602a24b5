"""Provides the connections of the WebSocket API."""

from shared.live.connections import CONNECTIONS_TABLE, Connections
from shared.runtime.deployment import Deployment, provider


@provider
def connections(deployment: Deployment) -> Connections:
    """Build the store of connections."""
    return Connections(deployment.clients.dynamodb, deployment.name_of(CONNECTIONS_TABLE), deployment.clock)
