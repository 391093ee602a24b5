"""Reports on fraud decisions: metrics, dashboard, cohorts, confusion matrices."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from shared.fraud.answers import FraudAnswer, LearnedDelays
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.fraud.cohort_models import CohortAnalysisResponse, CohortComparison, ComparedCohort
from shared.fraud.cohorts import CohortAnalysis, Compared, by_value, comparison
from shared.fraud.counts import NOTHING, Counts
from shared.fraud.dashboard_models import AnalyticsDashboardResponse
from shared.fraud.estimates import estimates
from shared.fraud.kpi_series import KpiSeries
from shared.fraud.kpis import KPIS
from shared.fraud.kpis import values as kpi_values
from shared.fraud.lake_reader import Part
from shared.fraud.models import (
    ConfusionMatrix,
    DataPoint,
    FraudMetrics,
    KpiContext,
    Kpis,
    KpiTrend,
    MatrixAt,
    PrecisionRecall,
)
from shared.fraud.parameters import KPI_NAMES, STEP_OF
from shared.fraud.presentation import (
    Presentation,
    amounts,
    estimated,
    latency,
    matrix,
    outcomes,
    ranking,
    summary,
    throughput,
)
from shared.fraud.question import FraudQuestion, LabelKind
from shared.fraud.steps import MONDAY, Span, TimeWindow, floor, step_of, window
from shared.ingestion.ids import truncate_to_milliseconds
from shared.metrics.reports import NOTHING_DELIVERED
from shared.records.schema import DataType
from shared.runtime.errors import NotFound
from shared.runtime.parallel import both
from shared.runtime.query_fields import LONGEST_VALUE

if TYPE_CHECKING:
    from shared.athena.pinned_queries import LakeView
    from shared.decisions.configuration import FraudParameters
    from shared.decisions.parameters import FraudRangeQuery
    from shared.fraud.lake_reader import DecisionReader
    from shared.fraud.parameters import (
        CohortsQuery,
        ComparisonQuery,
        DashboardQuery,
        MatrixQuery,
        MetricsQuery,
    )
    from shared.pipelines.models import PipelineHealth
    from shared.runtime.models import Clock
    from shared.sources.arrivals import SourceArrivals
    from shared.sources.freshness import Freshness

_AT_ONCE = 4


@dataclass(frozen=True)
class _Present:
    """What one response is computed with: the moment, the configuration, and the tables."""

    moment: datetime
    parameters: "FraudParameters"
    freshness: "Freshness"
    view: "LakeView"

    def question(self, span: Span, as_of: datetime | None) -> FraudQuestion:
        """Return the question about a range."""
        moment = truncate_to_milliseconds(as_of or self.moment)
        horizon = timedelta(days=self.parameters.maturity_horizon_days)
        return FraudQuestion(span=span, as_of=moment, is_current=as_of is None, horizon=horizon)


@dataclass(frozen=True)
class _Found:
    """A question, the answer to it, and what it takes to present it."""

    presentation: Presentation
    answer: FraudAnswer
    freshness: datetime

    @property
    def question(self) -> FraudQuestion:
        return self.presentation.question


@dataclass(frozen=True, kw_only=True)
class FraudReports:
    """Computes reports on fraud decisions."""

    reader: "DecisionReader"
    arrivals: "SourceArrivals"
    parameters: "Callable[[], FraudParameters]"
    pipelines: "Callable[[], Sequence[PipelineHealth]]"
    clock: "Clock"

    def metrics(self, query: "MetricsQuery") -> FraudMetrics:
        """Return the metrics of a range."""
        parts = [Part.COUNTS, Part.MISSED, Part.SCORES, Part.CARDS]
        parts += [Part.LATENCY] if query.include_latency else []
        parts += [Part.MINUTES] if query.include_throughput else []
        present = self._present()
        found = self._ask(present, _of_range(present, query), parts)
        counts, seconds = found.answer.total(), found.question.seconds
        kpis = kpi_values(found.presentation.facts(counts, seconds))
        return FraudMetrics(
            **kpis,
            **dict(matrix(counts)),
            **dict(self._context(found, counts, seconds)),
            start_date=query.start,
            end_date=query.end,
            decisions=counts.decisions,
            outcomes=outcomes(counts),
            amounts=amounts(counts),
            ranking=ranking(found.answer),
            latency=latency(found.answer) if query.include_latency else None,
            throughput=throughput(found.answer, kpis["decision_throughput"]) if query.include_throughput else None,
        )

    def kpis(self, start: datetime, end: datetime) -> tuple[Kpis, int]:
        """Return the KPIs of a range as of now, and the number of its decisions."""
        present = self._present()
        found = self._ask(present, present.question(Span(start, end), None), [Part.COUNTS], is_tagged=False)
        counts = found.answer.total()
        return found.presentation.kpis(counts, found.question.seconds), counts.decisions

    def precision_recall(self, query: "MetricsQuery") -> PrecisionRecall:
        """Return precision, recall and F1 score of a range."""
        present = self._present()
        found = self._ask(present, _of_range(present, query), [Part.COUNTS, Part.MISSED])
        counts = found.answer.total()
        kpis = kpi_values(found.presentation.facts(counts, found.question.seconds))
        return PrecisionRecall(
            **dict(matrix(counts)),
            precision=kpis["precision"],
            recall=kpis["recall"],
            f1_score=kpis["f1_score"],
            maturity=found.presentation.maturity(counts, found.answer),
            bounds=found.presentation.bounds(counts),
            estimated=estimated(estimates(found.answer)),
        )

    def dashboard(self, query: "DashboardQuery") -> AnalyticsDashboardResponse:
        """Return the KPIs of a window or range, their trends, the newest decisions and the health of pipelines."""
        present = self._present()
        asked = present.question(self._window(query, present), query.as_of)
        asked = replace(asked, investigation_id=query.investigation_id)
        # The health of pipelines, of which the state has no tag, is part of the response.
        found = self._ask(present, asked, [Part.COUNTS, Part.MISSED, Part.RECENT], is_tagged=False)
        question, counts = found.question, found.answer.total()
        seconds = _seconds(question, counts) if query.time_window is TimeWindow.ALL else question.seconds
        return AnalyticsDashboardResponse(
            **dict(self._context(found, counts, seconds)),
            start_date=question.span.start,
            end_date=question.span.end,
            kpis=found.presentation.kpis(counts, seconds),
            trends=_trends(found),
            recent_decisions=[summary(each) for each in found.answer.recent],
            pipeline_health=list(self.pipelines()),
        )

    def cohorts(self, query: "CohortsQuery") -> CohortAnalysisResponse:
        """Return the cohorts of a dimension."""
        present = self._present()
        asked = replace(_of_range(present, query), dimension=query.dimension)
        found = self._ask(present, asked, [Part.COUNTS])
        analysis = CohortAnalysis(
            found.presentation, found.answer, query.as_of is not None, self.reader.reporting_currency
        )
        return analysis.response(query.min_count, found.freshness)

    def compare(self, query: "ComparisonQuery") -> CohortComparison:
        """Return cohorts side by side.

        Raises:
            NotFound: a cohort has no decisions.
        """
        alike = [list(group) for _, group in groupby(sorted(query.cohorts, key=_place), key=_range)]
        present = self._present()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            started = [pool.submit(copy_context().run, self._ask_cohorts, present, ids) for ids in alike]
            answers = [each.result() for each in started]
        found = {
            each: (answer, by_value(answer.answer).get(each.value, NOTHING))
            for answer, ids in zip(answers, alike, strict=True)
            for each in ids
        }
        empty = [each.encode() for each, (_, counts) in found.items() if not counts.decisions]
        if empty:
            raise NotFound("There are no decisions in these cohorts", details={"cohortIds": empty})
        compared = [_compared(each, *found[each], query.kpis) for each in query.cohorts]
        return CohortComparison(
            cohorts=[each.model for each in compared],
            comparison=comparison(compared, query.kpis, query.decisive),
            currency=self.reader.reporting_currency,
            cost_parameters=present.parameters.cost_parameters,
        )

    def confusion_matrix(self, query: "MatrixQuery") -> ConfusionMatrix:
        """Return the confusion matrix of each step of a range."""
        present = self._present()
        span = Span(query.start, query.end, STEP_OF[query.granularity])
        found = self._ask(present, present.question(span, query.as_of), [Part.COUNTS])
        return ConfusionMatrix(matrix=[_matrix_at(at, counts) for at, counts in _by_step(found)])

    def series(
        self,
        span: Span,
        *,
        dimension: Dimension | None = None,
        values: tuple[str | None, ...] = (),
        as_of: datetime | None = None,
    ) -> KpiSeries:
        """Return what KPIs of any whole steps of a range are computed from, as alerts ask for many at once.

        Args:
            span: the range and its steps.
            dimension: the dimension of the cohorts.
            values: the only cohorts that count; all if it is empty.
            as_of: the time up to which decisions and labels count (default: now).
        """
        present = self._present()
        asked = replace(present.question(span, as_of), dimension=dimension, values=values)
        found = self._ask(present, asked, [Part.COUNTS], is_tagged=False)
        return KpiSeries(found.presentation, found.answer)

    def _present(self) -> _Present:
        moment = self.clock()
        parameters, freshness = both(self.parameters, lambda: self._freshness(moment))
        view = self.reader.view()  # last: decisions up to the watermark are in it
        return _Present(moment, parameters, freshness, view)

    def _freshness(self, at: datetime) -> "Freshness":
        return self.arrivals.freshness((DataType.DECISIONS,), at)[DataType.DECISIONS]

    def _ask_cohorts(self, present: _Present, cohorts: Sequence[CohortId]) -> _Found:
        """Answer the question about cohorts of one dimension and range."""
        first = cohorts[0]
        question = present.question(Span(first.start, first.end), first.as_of)
        values = tuple(each.value for each in cohorts)
        if any(value is not None and len(value) > LONGEST_VALUE for value in values):
            values = ()  # longer values than Athena takes: all cohorts are read
        asked = replace(question, dimension=first.dimension, values=values)
        return self._ask(present, asked, [Part.COUNTS], is_tagged=False)

    def _window(self, query: "DashboardQuery", present: _Present) -> Span:
        now = query.as_of or present.moment
        if query.start is None:
            first = self.reader.first_decision_day(present.view)
            since = None if first is None else datetime.fromisoformat(first).replace(tzinfo=UTC)
            return window(query.time_window or TimeWindow.MONTH, now, since)
        end = query.end or now
        step = step_of(query.start, end)
        return Span(query.start, end if query.end else floor(now, step) + step, step)

    def _ask(
        self, present: _Present, question: FraudQuestion, parts: Sequence[Part], *, is_tagged: bool = True
    ) -> _Found:
        """Answer a question; what delays of labels say of ages comes first, because it limits what is counted."""
        learned = self._learned(present, question) if Part.MISSED in parts else {}
        young = {
            kind: question.as_of - timedelta(milliseconds=each.youngest_ms)
            for kind, each in learned.items()
            if each.youngest_ms is not None
        }
        asked = replace(question, young_since=young)
        beside = (present.freshness.identity, present.parameters.document) if is_tagged else None
        answer = self.reader.answer(asked, parts, present.view, beside=beside)
        answered = replace(asked, as_of=answer.as_of)  # a cached answer is as of its own time
        return _Found(
            Presentation(answered, present.parameters),
            replace(answer, learned=learned),
            present.freshness.watermark or NOTHING_DELIVERED,
        )

    def _learned(self, present: _Present, question: FraudQuestion) -> Mapping[LabelKind, LearnedDelays]:
        anyone = replace(question.for_all, span=Span(MONDAY, MONDAY + timedelta(milliseconds=1)))
        return self.reader.answer(anyone, [Part.CURVE], present.view).learned

    def _context(self, found: _Found, counts: Counts, seconds: float) -> KpiContext:
        return KpiContext(
            maturity=found.presentation.maturity(counts, found.answer),
            bounds=found.presentation.bounds(counts),
            matured=found.presentation.matured(found.answer, seconds),
            estimated=estimated(estimates(found.answer)),
            cost_parameters=found.presentation.parameters.cost_parameters,
            currency=self.reader.reporting_currency,
            excluded_from_amounts=counts.excluded,
            data_freshness=found.freshness,
        )


def _of_range(present: _Present, query: "FraudRangeQuery") -> FraudQuestion:
    return present.question(Span(query.start, query.end), query.as_of)


def _place(cohort: CohortId) -> tuple[object, ...]:
    """Return the order of cohorts, which is the same whatever the order of their ids in a request."""
    return *_range(cohort), cohort.value is None, cohort.value or ""


def _range(cohort: CohortId) -> tuple[str, datetime, datetime, datetime]:
    """Return what cohorts have in common that one question has the answer for."""
    return cohort.dimension, cohort.start, cohort.end, cohort.as_of or datetime.max.replace(tzinfo=UTC)


def _seconds(question: FraudQuestion, counts: Counts) -> float:
    """Return the seconds from the first decision to the time of the answer."""
    if counts.first_decided is None:
        return 0.0
    return replace(question, span=replace(question.span, start=counts.first_decided)).seconds


def _by_step(found: _Found) -> list[tuple[datetime, Counts]]:
    """Return the counts of every step of a question."""
    by_step: dict[datetime, Counts] = {}
    for row in found.answer.counts:
        if row.bucket is not None:
            by_step[row.bucket] = by_step.get(row.bucket, NOTHING) + row.counts
    return [(at, by_step.get(at, NOTHING)) for at in found.question.span.points]


def _trends(found: _Found) -> list[KpiTrend]:
    """Return each KPI by step."""
    points: dict[str, list[DataPoint]] = {name: [] for name in KPIS}
    step = found.question.span.step or timedelta()
    begun = [(at, counts) for at, counts in _by_step(found) if at <= found.question.as_of]
    for at, counts in begun:
        within = Span(max(at, found.question.span.start), min(at + step, found.question.span.end))
        seconds = replace(found.question, span=within).seconds
        for name, value in kpi_values(found.presentation.facts(counts, seconds)).items():
            points[name].append(DataPoint(timestamp=within.start, value=value))
    return [KpiTrend(metric=name, data_points=points[field]) for name, field in KPI_NAMES.items()]


def _matrix_at(at: datetime, counts: Counts) -> MatrixAt:
    pending = counts.pending.decisions
    return MatrixAt(
        **dict(matrix(counts)),
        timestamp=at,
        pending=pending,
        unverified=counts.unverified.decisions,
        provisional=pending > 0,
    )


def _compared(cohort: CohortId, found: _Found, counts: Counts, names: Sequence[str]) -> Compared:
    kpis = kpi_values(found.presentation.facts(counts, found.question.seconds))
    model = ComparedCohort(
        id=cohort.encode(),
        name=cohort.name,
        dimension=cohort.dimension,
        start_date=cohort.start,
        end_date=cohort.end,
        count=counts.decisions,
        metrics={name: kpis[KPI_NAMES[name]] for name in names},
        maturity=found.presentation.maturity(counts, found.answer),
    )
    return Compared(counts, model)
