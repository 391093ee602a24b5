"""Provides business metrics."""

from shared.athena.provider import pinned_queries
from shared.ingestion.arrivals_provider import source_arrivals
from shared.metrics.reports import MetricReports
from shared.runtime.deployment import Deployment, provider


@provider
def metric_reports(deployment: Deployment) -> MetricReports:
    """Build the reports on business metrics."""
    return MetricReports(
        queries=pinned_queries(deployment),
        arrivals=source_arrivals(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
