"""Asks the reports of the API for what is exported, all of it as of one moment."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from shared.exports.columns import DataTable
from shared.exports.report_tables import cohorts_table, metrics_table
from shared.fraud.parameters import CohortsQuery, MetricsQuery
from shared.runtime.errors import Unprocessable

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.decisions.parameters import FraudRangeQuery
    from shared.fraud.reports import FraudReports
    from shared.sources.arrivals import SourceArrivals


@dataclass(frozen=True)
class Report:
    """The rows of an export, and up to when the data behind them are complete."""

    table: DataTable
    watermark: datetime


@dataclass(frozen=True, kw_only=True)
class ExportReports:
    """Answers the questions of exports; `queries` and `arrivals` are those of all reports."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    fraud: "FraudReports"

    def at_one_moment(self) -> Self:
        """Return the same reports, which read the states of tables and the arrivals of sources once for all."""
        queries, arrivals = self.queries.at_one_moment(), self.arrivals.at_one_moment()
        reader = replace(self.fraud.reader, queries=queries)
        return replace(self, fraud=replace(self.fraud, reader=reader, arrivals=arrivals))

    def read(self, query: "FraudRangeQuery") -> Report:
        """Return the answer of the route with the same parameters, as rows.

        Raises:
            Unprocessable: there is no such report.
        """
        match query:
            case MetricsQuery():
                metrics = self.fraud.metrics(query)
                return Report(metrics_table(metrics), metrics.data_freshness)
            case CohortsQuery():
                cohorts = self.fraud.cohorts(query)
                return Report(cohorts_table(cohorts), cohorts.data_freshness)
            case _:
                raise Unprocessable("Experiments cannot be exported yet; export metrics, cohorts or decisions")
