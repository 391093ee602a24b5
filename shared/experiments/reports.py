"""Results of experiments, from the lake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.experiments.findings import Findings, end_of
from shared.experiments.gates import LEAST_P_VALUE
from shared.experiments.recommendation import recommend
from shared.experiments.result_models import (
    Crossover,
    ExperimentResults,
    MetricRole,
    SampleRatioMismatch,
    VariantComparison,
    VariantResults,
)
from shared.experiments.vocabulary import ExperimentStatus
from shared.fraud.presentation import Presentation
from shared.fraud.question import FraudQuestion
from shared.fraud.steps import Span
from shared.ingestion.ids import truncate_to_milliseconds
from shared.runtime.values import LATEST

if TYPE_CHECKING:
    from shared.decisions.configuration import FraudParameters
    from shared.experiments.lake_reader import ExperimentReader
    from shared.experiments.models import StoredExperiment
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class ExperimentReports:
    """Computes the results of experiments."""

    reader: "ExperimentReader"
    parameters: "Callable[[], FraudParameters]"
    clock: "Clock"

    def results(self, experiment: "StoredExperiment", as_of: datetime | None) -> ExperimentResults | None:
        """Return how the variants compare, now or as of a time; None for a draft, and without decisions."""
        if experiment.status is ExperimentStatus.DRAFT or experiment.start_date is None:
            return None
        parameters = self.parameters()
        findings = self.find(experiment, parameters, as_of)
        if not findings.answer.decisions and not findings.answer.crossed:
            return None
        return self.presented(findings, parameters)

    def find(
        self, experiment: "StoredExperiment", parameters: "FraudParameters", as_of: datetime | None = None
    ) -> Findings:
        """Return what the decisions of an experiment say, now or as of a time; it has started."""
        moment = truncate_to_milliseconds(as_of or self.clock())
        question = FraudQuestion(
            span=_span(experiment),
            as_of=moment,
            is_current=as_of is None,
            horizon=timedelta(days=parameters.maturity_horizon_days),
            experiment_id=experiment.id,
        )
        answer = self.reader.answer(experiment, question, parameters.cost_parameters)
        return Findings(experiment=experiment, answer=answer)

    def presented(self, findings: Findings, parameters: "FraudParameters") -> ExperimentResults:
        """Return findings as a response has them."""
        answer, ratio = findings.answer, findings.sample_ratio
        recommendation, reasons = recommend(findings)
        return ExperimentResults(
            as_of=answer.as_of,
            variants=list(_variants(findings, parameters)),
            comparisons=list(_comparisons(findings)),
            sample_ratio_mismatch=SampleRatioMismatch(
                chi_square=None if ratio is None else ratio.chi_square,
                p_value=None if ratio is None else ratio.p_value,
                failed=ratio is not None and ratio.p_value < LEAST_P_VALUE,
            ),
            crossover=Crossover(units=answer.crossed, share=findings.crossed_share),
            unassigned=answer.unassigned,
            recommendation=recommendation,
            reasons=reasons,
            cost_parameters=parameters.cost_parameters,
            currency=self.reader.reporting_currency,
            excluded_from_amounts=answer.counted.total().excluded,
        )


def _span(experiment: "StoredExperiment") -> Span:
    start = experiment.start_date or datetime.min.replace(tzinfo=UTC)
    return Span(start, max(start, end_of(experiment) or LATEST))


def _variants(findings: Findings, parameters: "FraudParameters") -> Iterator[VariantResults]:
    answer = findings.answer
    question = FraudQuestion(
        span=_span(findings.experiment),
        as_of=answer.as_of,
        is_current=False,
        horizon=timedelta(days=parameters.maturity_horizon_days),
    )
    presentation = Presentation(question, parameters)
    for variant in findings.experiment.variants:
        counts = answer.counts(variant.id)
        yield VariantResults(
            variant_id=variant.id,
            decisions=counts.decisions,
            units=answer.arm(variant.id).units,
            metrics=presentation.kpis(counts, question.seconds),
            maturity=presentation.maturity(counts, answer.counted),
        )


def _comparisons(findings: Findings) -> Iterator[VariantComparison]:
    experiment = findings.experiment
    roles = [(experiment.primary_metric, MetricRole.PRIMARY)]
    roles += [(each.metric, MetricRole.GUARDRAIL) for each in experiment.guardrails]
    for variant in experiment.challengers:
        for metric, role in roles:
            yield _comparison(findings, variant.id, metric, role)


def _comparison(findings: Findings, variant_id: str, metric: str, role: MetricRole) -> VariantComparison:
    found = findings.metric(variant_id, metric)
    return VariantComparison(
        variant_id=variant_id,
        metric=metric,
        role=role,
        units=found.units,
        control_value=found.control,
        value=found.value,
        difference=found.difference,
        interval=found.interval,
        relative_lift=found.difference / found.control if found.difference is not None and found.control else None,
    )
