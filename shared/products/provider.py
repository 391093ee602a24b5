"""Provides the product reports."""

from shared.athena.provider import athena, result_cache
from shared.lake.catalog.first_day import first_day
from shared.lake.provider import lake
from shared.lake.rollups.cost_days import cost_days
from shared.products.queries import LakeState
from shared.products.reports import ProductReports
from shared.records.schema import DataType
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import sources


@provider
def product_reports(deployment: Deployment) -> ProductReports:
    """Build the reports on products."""
    store = lake(deployment)
    return ProductReports(
        athena=athena(deployment),
        cache=result_cache(deployment),
        sources=sources(deployment),
        lake_state=lambda: LakeState(cost_days(store), first_day(store, DataType.INVENTORY)),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
