"""Provides business metrics."""

from shared.athena.provider import pinned_queries
from shared.metrics.reports import MetricReports
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_arrivals


@provider
def metric_reports(deployment: Deployment) -> MetricReports:
    """Build the reports on business metrics."""
    return MetricReports(
        queries=pinned_queries(deployment),
        arrivals=source_arrivals(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
