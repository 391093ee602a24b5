"""Provides WebSocket connections, messages to them, and the log of events."""

from datetime import timedelta

from shared.live.channel_deliveries import ChannelDeliveries
from shared.live.connections import CONNECTIONS_TABLE, LISTENERS_TABLE, Connections
from shared.live.deliveries import DELIVERY_QUEUE, Deliveries
from shared.live.event_log import EVENT_LOG_TABLE, EventLog
from shared.live.posting import Poster
from shared.live.turns import TURNS_TABLE, Turns
from shared.runtime.deployment import Deployment, provider

_EVENTS_APART = timedelta(milliseconds=250)


@provider
def connections(deployment: Deployment) -> Connections:
    """Build the store of connections."""
    return Connections(
        deployment.clients.dynamodb,
        table=deployment.name_of(CONNECTIONS_TABLE),
        listeners=deployment.name_of(LISTENERS_TABLE),
        clock=deployment.clock,
    )


@provider
def poster(deployment: Deployment) -> Poster:
    """Build what posts messages to connections."""
    return Poster(deployment.clients.connections_at)


@provider
def event_log(deployment: Deployment) -> EventLog:
    """Build the log of events."""
    return EventLog(deployment.clients.dynamodb, deployment.name_of(EVENT_LOG_TABLE), deployment.clock)


@provider
def deliveries(deployment: Deployment) -> Deliveries:
    """Build what requests deliveries."""
    return Deliveries(deployment.clients.sqs, deployment.name_of(DELIVERY_QUEUE))


@provider
def channel_deliveries(deployment: Deployment) -> ChannelDeliveries:
    """Build what requests deliveries to everybody on a channel."""
    return ChannelDeliveries(deliveries=deliveries(deployment), turns=turns(deployment))


@provider
def event_deliveries(deployment: Deployment) -> ChannelDeliveries:
    """Build what requests deliveries of events, which are sent at once unless they follow each other very quickly."""
    return ChannelDeliveries(deliveries=deliveries(deployment), turns=turns(deployment), apart=_EVENTS_APART)


@provider
def turns(deployment: Deployment) -> Turns:
    """Build what lets runs follow each other at an interval."""
    return Turns(deployment.clients.dynamodb, deployment.name_of(TURNS_TABLE), deployment.clock)
