"""Provides business metrics."""

from functools import partial

from shared.athena.provider import athena, result_cache
from shared.lake.catalog.first_day import first_day
from shared.lake.provider import lake
from shared.metrics.reports import MetricReports
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import sources


@provider
def metric_reports(deployment: Deployment) -> MetricReports:
    """Build the reports on business metrics."""
    return MetricReports(
        athena=athena(deployment),
        cache=result_cache(deployment),
        sources=sources(deployment),
        first_day=partial(first_day, lake(deployment)),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
