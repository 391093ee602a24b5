"""Asks the reports of the API for what is exported, all of it as of one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from shared.experiments.vocabulary import ExperimentStatus
from shared.exports.columns import DataTable
from shared.exports.details import ExportDetails
from shared.exports.document.layout import Document
from shared.exports.documents import cohorts_document, experiments_document, metrics_document
from shared.exports.experiment_table import ExportedExperiment, experiments_table
from shared.exports.filters import ExperimentsQuery
from shared.exports.models import ExportFormat, ExportRequest
from shared.exports.report_tables import cohorts_table, metrics_table
from shared.fraud.models import DataPoint, KpiTrend
from shared.fraud.parameters import KPI_NAMES, CohortsQuery, MetricsQuery
from shared.fraud.steps import Span, step_of
from shared.ingestion.ids import truncate_to_milliseconds
from shared.metrics.reports import NOTHING_DELIVERED
from shared.records.schema import DataType
from shared.runtime.errors import Unprocessable
from shared.runtime.parallel import all_at_once

if TYPE_CHECKING:
    from shared.athena.pinned_queries import PinnedQueries
    from shared.decisions.parameters import FraudRangeQuery
    from shared.experiments.models import StoredExperiment
    from shared.experiments.reports import ExperimentReports
    from shared.experiments.store import ExperimentStore
    from shared.fraud.reports import FraudReports
    from shared.sources.arrivals import SourceArrivals


MOST_EXPERIMENTS = 20
"""Experiments in one export: each takes a query, and a request has 29 seconds."""

_AT_ONCE = 5


@dataclass(frozen=True)
class Report:
    """The rows of an export, up to when the data behind them are complete, and the same as a document."""

    table: DataTable
    watermark: datetime
    document: Callable[[ExportDetails], Document]


@dataclass(frozen=True, kw_only=True)
class ExportReports:
    """Answers the questions of exports; `queries` and `arrivals` are those of all reports."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    fraud: "FraudReports"
    experiments: "ExperimentStore"
    results: "ExperimentReports"

    def at_one_moment(self) -> Self:
        """Return the same reports, which read the states of tables and the arrivals of sources once for all."""
        queries, arrivals = self.queries.at_one_moment(), self.arrivals.at_one_moment()
        reader = replace(self.fraud.reader, queries=queries)
        results = replace(self.results, reader=replace(self.results.reader, queries=queries))
        fraud = replace(self.fraud, reader=reader, arrivals=arrivals)
        return replace(self, fraud=fraud, results=results, arrivals=arrivals)

    def read(self, request: ExportRequest, query: "FraudRangeQuery") -> Report:
        """Return the answer of the route with the same parameters, as rows.

        Raises:
            Unprocessable: more experiments ran in the range than one request can answer for.
        """
        match query:
            case ExperimentsQuery():
                return self._experiments(query)
            case MetricsQuery():
                metrics = self.fraud.metrics(query)
                table = metrics_table(metrics)
                has_trends = request.format is ExportFormat.PDF and request.include_charts
                trends = self._trends(query) if has_trends else ()
                return Report(
                    table,
                    metrics.data_freshness,
                    lambda details: metrics_document(details, metrics, table, trends),
                )
            case CohortsQuery():
                cohorts = self.fraud.cohorts(query)
                return Report(
                    cohorts_table(cohorts), cohorts.data_freshness, lambda details: cohorts_document(details, cohorts)
                )
            case _:
                raise TypeError(f"no report answers {type(query).__name__}")

    def _experiments(self, query: ExperimentsQuery) -> Report:
        """Return the variants of experiments, all as of one moment; drafts have none."""
        moment = query.as_of or truncate_to_milliseconds(self.results.clock())
        watermark = self.arrivals.freshness((DataType.DECISIONS,), moment)[DataType.DECISIONS].watermark
        found = [each for each in self.experiments.list_all(query.status) if _ran(each, query)]
        if len(found) > MOST_EXPERIMENTS:
            raise Unprocessable(
                f"{len(found)} experiments ran in this range, more than the {MOST_EXPERIMENTS} of one export; choose "
                "a shorter range, or one with experimentId",
                details={"experiments": len(found), "limit": MOST_EXPERIMENTS},
            )
        asked = {each.id: partial(self.results.results, each, query.as_of) for each in found}
        results = all_at_once(asked, most=_AT_ONCE)
        exported = [ExportedExperiment(each, results[each.id]) for each in found]
        table = experiments_table(exported)
        return Report(
            table,
            watermark or NOTHING_DELIVERED,
            lambda details: experiments_document(details, exported, table),
        )

    def _trends(self, query: MetricsQuery) -> Sequence[KpiTrend]:
        """Return the KPIs by step, as the dashboard of the same range has them."""
        step = step_of(query.start, query.end)
        span = Span(query.start, query.end, step)
        series = self.fraud.series(span, as_of=query.as_of)
        begun = [at for at in span.points if at <= series.presentation.question.as_of]
        values = [series.between(at, at + step).values for at in begun]
        return [
            KpiTrend(
                metric=metric,
                data_points=[DataPoint(timestamp=at, value=each[name]) for at, each in zip(begun, values, strict=True)],
            )
            for metric, name in KPI_NAMES.items()
        ]


def _ran(experiment: "StoredExperiment", query: ExperimentsQuery) -> bool:
    if query.experiment_id not in (None, experiment.id):
        return False
    if experiment.status is ExperimentStatus.DRAFT or experiment.start_date is None:
        return False
    ends = [each for each in (experiment.end_date, experiment.completed_at) if each is not None]
    return experiment.start_date < query.end and (not ends or min(ends) > query.start)
