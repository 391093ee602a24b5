"""Provides dashboards and their data."""

from typing import TYPE_CHECKING

from shared.alerts.provider import alert_reports
from shared.athena.pinned_queries import PinnedQueries
from shared.athena.provider import pinned_queries, scheduled_queries
from shared.customers.provider import customer_reports
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE, WidgetAnswers
from shared.dashboards.data import DashboardData
from shared.dashboards.refresh_requests import WIDGET_QUEUE, RefreshRequests
from shared.dashboards.refresher import WidgetRefresher
from shared.dashboards.reports import WidgetReports
from shared.dashboards.store import DASHBOARDS_TABLE, Dashboards
from shared.drift.provider import drift_reports
from shared.events.provider import platform_events
from shared.fraud.provider import fraud_reports
from shared.ingestion.arrivals_provider import source_arrivals
from shared.metrics.provider import metric_reports
from shared.pipelines.provider import pipeline_health
from shared.products.provider import product_reports
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from shared.quality.reports import QualityReports


@provider
def dashboards(deployment: Deployment) -> Dashboards:
    """Build the store of dashboards."""
    return Dashboards(
        dynamodb=deployment.clients.dynamodb,
        table=deployment.name_of(DASHBOARDS_TABLE),
        events=platform_events(deployment),
        clock=deployment.clock,
    )


def dashboard_data(deployment: Deployment, *, quality: "QualityReports") -> DashboardData:
    """Build the data of dashboards for a request that waits for them."""
    requests = RefreshRequests(
        sqs=deployment.clients.best_effort_sqs,
        queue_url=deployment.name_of(WIDGET_QUEUE),
        answers=widget_answers(deployment),
    )
    return DashboardData(
        reports=_reports(deployment, pinned_queries(deployment), quality),
        answers=widget_answers(deployment),
        requests=requests,
        clock=deployment.clock,
    )


def widget_refresher(deployment: Deployment, *, quality: "QualityReports") -> WidgetRefresher:
    """Build what computes answers that nobody waits for, whose queries may take minutes."""
    return WidgetRefresher(
        reports=_reports(deployment, scheduled_queries(deployment), quality),
        answers=widget_answers(deployment),
        clock=deployment.clock,
    )


@provider
def widget_answers(deployment: Deployment) -> WidgetAnswers:
    """Build the store of remembered answers."""
    table = deployment.name_of(WIDGET_ANSWERS_TABLE)
    return WidgetAnswers(deployment.clients.best_effort_dynamodb, table, deployment.clock)


def _reports(deployment: Deployment, queries: PinnedQueries, quality: "QualityReports") -> WidgetReports:
    return WidgetReports(
        queries=queries,
        arrivals=source_arrivals(deployment),
        metrics=metric_reports(deployment),
        products=product_reports(deployment),
        customers=customer_reports(deployment),
        quality=quality,
        fraud=fraud_reports(deployment),
        drift=drift_reports(deployment),
        pipelines=pipeline_health(deployment),
        alerts=alert_reports(deployment),
    )
