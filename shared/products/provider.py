"""Provides the product reports."""

from shared.athena.provider import pinned_queries
from shared.products.reports import ProductReports
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_arrivals


@provider
def product_reports(deployment: Deployment) -> ProductReports:
    """Build the reports on products."""
    return ProductReports(
        queries=pinned_queries(deployment),
        arrivals=source_arrivals(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
