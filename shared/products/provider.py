"""Provides the product reports."""

from shared.athena.provider import pinned_queries
from shared.ingestion.arrivals_provider import source_arrivals
from shared.products.reports import ProductReports
from shared.runtime.deployment import Deployment, provider


@provider
def product_reports(deployment: Deployment) -> ProductReports:
    """Build the reports on products."""
    return ProductReports(
        queries=pinned_queries(deployment),
        arrivals=source_arrivals(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
