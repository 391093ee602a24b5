"""Turns counts into the models of answers. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shared.decisions.configuration import FraudParameters
from shared.fraud.answers import FraudAnswer, RecentDecision
from shared.fraud.counts import Counts, Label, Outcome, Truth, truth_of
from shared.fraud.estimates import Estimated, Estimates
from shared.fraud.kpis import Facts, bounds, values
from shared.fraud.models import (
    Amounts,
    DecisionSummary,
    Estimate,
    EstimatedKpis,
    KpiBounds,
    Kpis,
    Latency,
    Matrix,
    Maturity,
    Outcomes,
    Ranking,
    Throughput,
)
from shared.fraud.question import FraudQuestion
from shared.runtime.numbers import to_json_number

_SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Presentation:
    """Says what counts mean, for a question and the parameters of its time."""

    question: FraudQuestion
    parameters: FraudParameters

    def facts(self, counts: Counts, seconds: float) -> Facts:
        """Return what KPIs are computed from."""
        return Facts(counts, self.parameters.cost_parameters, seconds)

    def kpis(self, counts: Counts, seconds: float) -> Kpis:
        """Return the KPIs of decisions that were made in so many seconds."""
        return Kpis(**values(self.facts(counts, seconds)))

    def bounds(self, counts: Counts) -> KpiBounds:
        """Return the bounds of KPIs."""
        return KpiBounds(**{name: each and tuple(each) for name, each in bounds(self.facts(counts, 0)).items()})

    def maturity(self, counts: Counts, answer: FraudAnswer) -> Maturity:
        """Return how many decisions have labels."""
        return maturity(counts, as_of=answer.as_of, horizon_days=self.parameters.maturity_horizon_days)

    def matured(self, answer: FraudAnswer, seconds: float) -> Kpis | None:
        """Return the KPIs of the decisions that are at least as old as the horizon; None without any."""
        counts = answer.total([row for row in answer.counts if row.is_mature])
        return self.kpis(counts, seconds) if counts.decisions else None


def maturity(counts: Counts, *, as_of: datetime, horizon_days: int) -> Maturity:
    """Return how many decisions have labels, at a time and for a horizon of maturity."""
    certain = counts.labelled.decisions + counts.presumed.decisions
    pending, last = counts.pending.decisions, counts.last_decided
    return Maturity(
        as_of=as_of,
        horizon_days=horizon_days,
        decisions=counts.decisions,
        labelled=counts.labelled.decisions,
        presumed=counts.presumed.decisions,
        pending=pending,
        unverified=counts.unverified.decisions,
        coverage=certain / counts.decisions if counts.decisions else None,
        provisional=pending > 0,
        complete_by=None if last is None else last + timedelta(days=horizon_days),
        revised=counts.revised,
        after_horizon=counts.after_horizon,
    )


def matrix(counts: Counts) -> Matrix:
    """Return the four kinds of decisions."""
    return Matrix(
        true_positives=counts.true_positives.decisions,
        false_positives=counts.false_positives.decisions,
        true_negatives=counts.true_negatives.decisions,
        false_negatives=counts.false_negatives.decisions,
    )


def outcomes(counts: Counts) -> Outcomes:
    """Return the number of decisions by outcome."""
    return Outcomes(**{outcome: counts.of((outcome,)).decisions for outcome in Outcome})


def amounts(counts: Counts) -> Amounts:
    """Return the amounts of decisions."""
    captured, missed = counts.true_positives.amount, counts.false_negatives.amount
    return Amounts(
        total=counts.of().amount,
        fraud=captured + missed,
        captured=captured,
        missed=missed,
        false_positive=counts.false_positives.amount,
    )


def estimated(found: Estimates) -> EstimatedKpis:
    """Return the estimates of KPIs."""
    return EstimatedKpis(
        recall=_estimate(found.recall),
        fraud_rate=_estimate(found.fraud_rate),
        chargeback_rate=_estimate(found.chargeback_rate),
        fraud_loss=_in_money(_estimate(found.fraud_loss)),
        excluded=found.excluded,
    )


def _estimate(found: Estimated) -> Estimate:
    interval = None if found.interval is None else (found.interval.low, found.interval.high)
    return Estimate(value=found.value, interval=interval, reason=None if found.missing is None else str(found.missing))


def _in_money(estimate: Estimate) -> Estimate:
    """Round an estimated amount as all amounts are."""
    low, high = (None, None) if estimate.interval is None else map(_rounded, estimate.interval)
    interval = None if low is None or high is None else (low, high)
    return estimate.model_copy(update={"value": _rounded(estimate.value), "interval": interval})


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else to_json_number(Decimal(amount))


def ranking(answer: FraudAnswer) -> Ranking:
    """Return how well scores rank fraud."""
    found = answer.ranking
    return Ranking(
        roc_auc=found and found.roc_auc,
        average_precision=found and found.average_precision,
        card_precision_top_100=found and found.card_precision,
    )


def latency(answer: FraudAnswer) -> Latency | None:
    """Return the decision times; None if no decision has one."""
    found = answer.latency
    if found is None:
        return None
    return Latency(p50_ms=found.p50, p95_ms=found.p95, p99_ms=found.p99, max_ms=found.highest, count=found.count)


def throughput(answer: FraudAnswer, per_second: float | None) -> Throughput:
    """Return decisions in time."""
    busiest = answer.busiest
    return Throughput(
        per_second=per_second,
        per_minute=None if per_second is None else _SECONDS_PER_MINUTE * per_second,
        peak_per_minute=busiest.decisions if busiest else 0,
        peak_at=busiest and busiest.at,
    )


def summary(decision: RecentDecision) -> DecisionSummary:
    """Return one of the newest decisions."""
    truth = truth_of(decision.outcome, decision.label, is_mature=decision.is_mature)
    is_labelled = decision.label is not Label.NONE
    return DecisionSummary(
        decision_id=decision.decision_id,
        timestamp=decision.moment,
        score=decision.score,
        outcome=decision.outcome,
        amount=None if decision.amount is None else Decimal(decision.amount),
        currency=decision.currency,
        merchant=decision.merchant,
        channel=decision.channel,
        risk_band=decision.risk_band,
        model_version=decision.model_version,
        label=str(decision.label) if is_labelled else None,
        label_state="labelled" if is_labelled else str(Truth(truth)),
    )
