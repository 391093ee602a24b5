"""Provides what admits and answers WebSocket connections, and the feed of decisions; it imports no reports."""

from typing import TYPE_CHECKING

from shared.auth.provider import identity
from shared.live.provider import connections, deliveries, event_deliveries, event_log, turns
from shared.push.admission import Admission
from shared.push.analytics_actions import AnalyticsActions
from shared.push.changes import METRICS
from shared.push.conversation import Conversation
from shared.push.dashboard_actions import DashboardActions
from shared.push.day_metrics import latest_kpis
from shared.push.decision_feed import DecisionFeed
from shared.push.queue import PUSH_QUEUE
from shared.push.runs import PushRuns
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from shared.dashboards.store import DashboardReader


def admission(deployment: Deployment, *, dashboards: "DashboardReader") -> Admission:
    """Build what admits connections."""
    return Admission(
        verifier=identity(deployment).verifier,
        connections=connections(deployment),
        deliveries=deliveries(deployment),
        require_dashboard=lambda dashboard_id, caller: dashboards.get_visible(dashboard_id, caller.subject),
        most_of_subject=deployment.settings.connections_per_subject,
        emulator_url=deployment.settings.emulator_url,
        clock=deployment.clock,
    )


def conversation(deployment: Deployment, *, dashboards: "DashboardReader") -> Conversation:
    """Build what answers clients."""
    analytics = AnalyticsActions(
        connections=connections(deployment),
        deliveries=deliveries(deployment),
        log=event_log(deployment),
        request_metrics=lambda: push_runs(deployment).request(METRICS),
        clock=deployment.clock,
    )
    of_dashboards = DashboardActions(
        connections=connections(deployment),
        deliveries=deliveries(deployment),
        dashboards=dashboards,
        clock=deployment.clock,
    )
    return Conversation(
        connections=connections(deployment),
        deliveries=deliveries(deployment),
        analytics=analytics.by_name(),
        dashboards=of_dashboards.by_name(),
        clock=deployment.clock,
    )


@provider
def push_runs(deployment: Deployment) -> PushRuns:
    """Build what requests runs of the pusher."""
    return PushRuns(sqs=deployment.clients.sqs, queue_url=deployment.name_of(PUSH_QUEUE), turns=turns(deployment))


@provider
def decision_feed(deployment: Deployment) -> DecisionFeed:
    """Build what appends decisions to the log of events."""
    log = event_log(deployment)
    return DecisionFeed(
        log=log, deliveries=event_deliveries(deployment), metrics=lambda: latest_kpis(log, deployment.clock())
    )
