"""Provides the publisher of events."""

from shared.events.bus import EVENT_BUS, PlatformEvents
from shared.runtime.deployment import Deployment, provider


@provider
def platform_events(deployment: Deployment) -> PlatformEvents:
    """Build the publisher of events."""
    return PlatformEvents(deployment.clients.events, deployment.name_of(EVENT_BUS))
