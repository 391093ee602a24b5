"""Provides what sends to WebSocket connections."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.auth.provider import identity
from shared.live.provider import connections, deliveries, event_log, poster, turns
from shared.push.analytics import AnalyticsEvents
from shared.push.dashboard_channel import DashboardChannel
from shared.push.deliverer import Channel, Deliverer
from shared.push.sessions import Sessions
from shared.runtime.deadline import Timeout
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from shared.dashboards.data import DashboardData
    from shared.dashboards.store import DashboardReader

_PATIENCE = Timeout(seconds=3)
"""How long a delivery waits for answers; those that take longer come with the next one."""

_REUSED_FOR = timedelta(seconds=5)
"""How long all deliveries share an answer of a source without tags; changes have it computed anew before."""


@provider
def sessions(deployment: Deployment) -> Sessions:
    """Build what ends connections."""
    return Sessions(
        connections=connections(deployment),
        poster=poster(deployment),
        is_revoked=identity(deployment).verifier.is_revoked,
        clock=deployment.clock,
    )


def for_deliveries(data: "DashboardData", renewal: timedelta) -> "DashboardData":
    """Return the data as deliveries answer them: soon, for a crowd as for one, and as often as they are renewed."""
    return replace(data, patience=_PATIENCE, reused_for=max(_REUSED_FOR, renewal))


def deliverer(deployment: Deployment, *, dashboards: "DashboardReader", data: "DashboardData") -> Deliverer:
    """Build what brings connections up to date."""
    renewal = deployment.settings.dashboard_renewal
    of_dashboards = DashboardChannel(
        dashboards=dashboards,
        data=for_deliveries(data, renewal),
        renewal=renewal,
        deliveries=deliveries(deployment),
        turns=turns(deployment),
        clock=deployment.clock,
    )
    events = AnalyticsEvents(log=event_log(deployment), turns=turns(deployment), clock=deployment.clock)
    return Deliverer(
        connections=connections(deployment),
        poster=poster(deployment),
        deliveries=deliveries(deployment),
        sessions=sessions(deployment),
        analytics=Channel(begin=events.begin, plans=events.plans),
        dashboards=Channel(begin=of_dashboards.begin, plans=of_dashboards.plans),
        clock=deployment.clock,
    )
