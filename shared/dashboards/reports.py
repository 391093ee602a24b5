"""The reports that widgets show, all of them as of one moment."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from shared.alerts.reports import AlertReports
    from shared.athena.pinned_queries import PinnedQueries
    from shared.customers.reports import CustomerReports
    from shared.drift.reports import DriftReports
    from shared.fraud.reports import FraudReports
    from shared.metrics.reports import MetricReports
    from shared.pipelines.reports import PipelineReports
    from shared.products.reports import ProductReports
    from shared.quality.reports import QualityReports
    from shared.sources.arrivals import SourceArrivals


@dataclass(frozen=True, kw_only=True)
class WidgetReports:
    """What widgets ask; `queries` and `arrivals` are those of all reports about the lake."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    metrics: "MetricReports"
    products: "ProductReports"
    customers: "CustomerReports"
    quality: "QualityReports"
    fraud: "FraudReports"
    drift: "DriftReports"
    pipelines: "PipelineReports"
    alerts: "AlertReports"

    def at_one_moment(self) -> Self:
        """Return the same reports, which read the states of tables and the arrivals of sources once for all."""
        queries, arrivals = self.queries.at_one_moment(), self.arrivals.at_one_moment()
        reader = replace(self.fraud.reader, queries=queries)
        return replace(
            self,
            metrics=replace(self.metrics, queries=queries, arrivals=arrivals),
            products=replace(self.products, queries=queries, arrivals=arrivals),
            fraud=replace(self.fraud, reader=reader, arrivals=arrivals),
            drift=replace(self.drift, queries=queries, arrivals=arrivals),
        )
