"""Provides what notices changes, which needs the reports that others do not import."""

from typing import TYPE_CHECKING

from shared.events.provider import platform_events
from shared.fraud.provider import fraud_reports
from shared.live.provider import channel_deliveries, connections, event_deliveries, event_log, turns
from shared.pipelines.provider import pipeline_health
from shared.push.dashboard_pushes import DashboardPushes
from shared.push.day_metrics import DayMetrics
from shared.push.deliverer_provider import sessions
from shared.push.health_watch import HealthWatch
from shared.push.provider import push_runs
from shared.push.pusher import Pusher
from shared.push.renewals import Renewals
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from shared.dashboards.refresher import WidgetRefresher
    from shared.dashboards.store import DashboardReader


def pusher(deployment: Deployment, *, dashboards: "DashboardReader", data: "WidgetRefresher") -> Pusher:
    """Build what acts on changes."""
    return Pusher(
        connections=connections(deployment),
        deliveries=event_deliveries(deployment),
        sessions=sessions(deployment),
        metrics=DayMetrics(
            log=event_log(deployment),
            deliveries=event_deliveries(deployment),
            kpis=fraud_reports(deployment).kpis,
            clock=deployment.clock,
        ),
        dashboards=DashboardPushes(
            connections=connections(deployment),
            deliveries=channel_deliveries(deployment),
            dashboards=dashboards,
            data=data,
            renewals=Renewals(
                turns=turns(deployment), runs=push_runs(deployment), interval=deployment.settings.dashboard_renewal
            ),
        ),
        runs=push_runs(deployment),
        turns=turns(deployment),
    )


@provider
def health_watch(deployment: Deployment) -> HealthWatch:
    """Build what notices changes of the health of pipelines."""
    return HealthWatch(
        pipelines=lambda: pipeline_health(deployment).report().pipelines,
        log=event_log(deployment),
        deliveries=event_deliveries(deployment),
        events=platform_events(deployment),
    )
