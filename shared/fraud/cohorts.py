"""Compares cohorts with the rest of the decisions, and with each other. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.fraud.answers import FraudAnswer
from shared.fraud.cohort_ids import NO_VALUE, CohortId
from shared.fraud.cohort_models import (
    Cohort,
    CohortAnalysisResponse,
    ComparedCohort,
    Comparison,
    Difference,
    Intervals,
    Overall,
    Performer,
    Performers,
    Suppressed,
    VersusRest,
)
from shared.fraud.counts import Counts, Outcome, total
from shared.fraud.kpis import KPIS, Better
from shared.fraud.parameters import KPI_NAMES
from shared.fraud.presentation import Presentation
from shared.statistics.intervals import Interval
from shared.statistics.proportions import Proportion, discoveries, f1_interval, newcombe, pooled_z_test, wilson

RATES: Mapping[str, Callable[[Counts], Proportion]] = {
    "precision": lambda counts: Proportion(
        counts.true_positives.decisions, counts.true_positives.decisions + counts.false_positives.decisions
    ),
    "recall": lambda counts: Proportion(
        counts.true_positives.decisions, counts.true_positives.decisions + counts.false_negatives.decisions
    ),
    "fraud_rate": lambda counts: Proportion(
        counts.true_positives.decisions + counts.false_negatives.decisions, _with_truth(counts)
    ),
    "approval_rate": lambda counts: Proportion(counts.approved.decisions, counts.decisions),
}
"""The rates that are compared with the rest."""

_FURTHER_RATES: Mapping[str, Callable[[Counts], Proportion]] = {
    "chargeback_rate": lambda counts: Proportion(counts.charged_back, counts.approved.decisions),
    "review_rate": lambda counts: Proportion(counts.of((Outcome.REVIEW,)).decisions, counts.decisions),
    "decline_rate": lambda counts: Proportion(counts.of((Outcome.DECLINE,)).decisions, counts.decisions),
    "false_positive_rate": lambda counts: Proportion(
        counts.false_positives.decisions, counts.false_positives.decisions + counts.true_negatives.decisions
    ),
}


def _with_truth(counts: Counts) -> int:
    four = (counts.true_positives, counts.false_positives, counts.false_negatives, counts.true_negatives)
    return sum(each.decisions for each in four)


def by_value(answer: FraudAnswer) -> dict[str | None, Counts]:
    """Return the counts of each cohort, the largest first and then by name."""
    parts: dict[str | None, list[Counts]] = {}
    for row in answer.counts:
        parts.setdefault(row.value, []).append(row.counts)
    alive = {value: counts for value, each in parts.items() if (counts := total(each)).decisions}
    return dict(sorted(alive.items(), key=lambda each: (-each[1].decisions, _name(each[0]))))


def _name(value: str | None) -> str:
    return NO_VALUE if value is None else value


@dataclass(frozen=True)
class CohortAnalysis:
    """The cohorts of a dimension, as a response."""

    presentation: Presentation
    answer: FraudAnswer
    as_of_given: bool
    currency: str

    def response(self, min_count: int, data_freshness: Any) -> CohortAnalysisResponse:
        """Return the cohorts with at least so many decisions, and the others added up."""
        question = self.presentation.question
        cohorts = by_value(self.answer)
        overall = self.answer.total()
        listed = {value: counts for value, counts in cohorts.items() if counts.decisions >= min_count}
        hidden = [counts.decisions for value, counts in cohorts.items() if value not in listed]
        if question.dimension is None:
            raise ValueError("cohorts need a dimension")
        return CohortAnalysisResponse(
            dimension=question.dimension,
            start_date=question.span.start,
            end_date=question.span.end,
            min_count=min_count,
            currency=self.currency,
            overall=Overall(
                count=overall.decisions,
                metrics=self.presentation.kpis(overall, question.seconds),
                maturity=self.presentation.maturity(overall, self.answer),
            ),
            cohorts=self._cohorts(listed, overall),
            suppressed=Suppressed(cohorts=len(hidden), count=sum(hidden)),
            cost_parameters=self.presentation.parameters.cost_parameters,
            data_freshness=data_freshness,
        )

    def _cohorts(self, listed: Mapping[str | None, Counts], overall: Counts) -> list[Cohort]:
        versus = _versus_rest(list(listed.values()), overall)
        return [
            self._cohort(value, counts, overall, differences)
            for (value, counts), differences in zip(listed.items(), versus, strict=True)
        ]

    def _cohort(self, value: str | None, counts: Counts, overall: Counts, differences: VersusRest) -> Cohort:
        question = self.presentation.question
        cohort_id = CohortId(
            question.dimension,  # type: ignore[arg-type] # `response` has checked it
            value,
            question.span.start,
            question.span.end,
            question.as_of if self.as_of_given else None,
        )
        return Cohort(
            id=cohort_id.encode(),
            name=cohort_id.name,
            dimension=cohort_id.dimension,
            count=counts.decisions,
            share=counts.decisions / overall.decisions,
            metrics=self.presentation.kpis(counts, question.seconds),
            intervals=Intervals(**{name: _pair(wilson(rate(counts))) for name, rate in RATES.items()}),
            versus_rest=differences,
            maturity=self.presentation.maturity(counts, self.answer),
        )


def _pair(interval: Interval | None) -> tuple[float, float] | None:
    return None if interval is None else (interval.low, interval.high)


def _versus_rest(cohorts: Sequence[Counts], overall: Counts) -> list[VersusRest]:
    """Compare each cohort with all other decisions; the tests of one rate are a family."""
    found: list[dict[str, Difference]] = [{} for _ in cohorts]
    for name, rate in RATES.items():
        whole = rate(overall)
        pairs = [(own := rate(counts), _rest(whole, own)) for counts in cohorts]
        significant = discoveries([pooled_z_test(own, rest) for own, rest in pairs])
        for differences, (own, rest), is_significant in zip(found, pairs, significant, strict=True):
            differences[name] = _difference(own, rest, significant=is_significant)
    return [VersusRest(**differences) for differences in found]


def _rest(whole: Proportion, own: Proportion) -> Proportion:
    return Proportion(whole.hits - own.hits, whole.total - own.total)


def _difference(own: Proportion, rest: Proportion, *, significant: bool | None) -> Difference:
    difference = None if own.value is None or rest.value is None else own.value - rest.value
    return Difference(difference=difference, interval=_pair(newcombe(own, rest)), significant=significant)


@dataclass(frozen=True)
class Compared:
    """A cohort that is compared: its counts, and what is said of it."""

    counts: Counts
    model: ComparedCohort


def comparison(compared: Sequence[Compared], metrics: Sequence[str], decisive: str) -> Comparison:
    """Return the best and the worst cohort by each metric that has a better direction, and by the decisive one."""
    by_metric = {
        name: _performers(compared, name) for name in metrics if KPIS[KPI_NAMES[name]].better is not Better.NEITHER
    }
    first = by_metric.get(decisive) or Performers(best_performer=None, worst_performer=None)
    return Comparison(best_performer=first.best_performer, worst_performer=first.worst_performer, by_metric=by_metric)


def _performers(compared: Sequence[Compared], metric: str) -> Performers:
    known = [each for each in compared if each.model.metrics[metric] is not None]
    sign = -1 if KPIS[KPI_NAMES[metric]].better is Better.UP else 1
    ranked = sorted(known, key=lambda each: sign * (each.model.metrics[metric] or 0.0))
    return Performers(
        best_performer=_performer(ranked, metric), worst_performer=_performer(list(reversed(ranked)), metric)
    )


def _performer(ranked: Sequence[Compared], metric: str) -> Performer | None:
    if not ranked:
        return None
    first = ranked[0]
    intervals = [_interval(each.counts, metric) for each in ranked[:2]]
    return Performer(
        cohort_id=first.model.id,
        metric=metric,
        value=first.model.metrics[metric] or 0.0,
        conclusive=len(intervals) > 1 and _are_apart(*intervals),
    )


def _interval(counts: Counts, metric: str) -> Interval | None:
    """Return the 95 % interval of a KPI; None for sums and amounts."""
    name = KPI_NAMES[metric]
    if name == "f1_score":
        four = (counts.true_positives, counts.false_positives, counts.false_negatives)
        return f1_interval(*(each.decisions for each in four))
    rate = RATES.get(name) or _FURTHER_RATES.get(name)
    return None if rate is None else wilson(rate(counts))


def _are_apart(first: Interval | None, second: Interval | None) -> bool:
    return first is not None and second is not None and (first.high < second.low or second.high < first.low)
