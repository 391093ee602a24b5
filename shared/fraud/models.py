"""Models of the routes of fraud analytics."""

from typing import Annotated, Any

from pydantic import Field

from shared.decisions.configuration import CostParameters
from shared.fraud.counts import Outcome
from shared.fraud.kpis import KPIS
from shared.runtime.models import CamelModel, Optional, Timestamp
from shared.runtime.numbers import Number

_Ratio = float | None
Bounds = Annotated[tuple[float, float], Field(description="Lowest and highest value.")]


def _kpi(name: str) -> Any:
    return Field(description=f"{KPIS[name].formula} Null without a denominator.", examples=[0.85])


def _sum(name: str) -> Any:
    return Field(description=KPIS[name].formula, examples=[12500.5])


class Kpis(CamelModel):
    """The KPIs of a set of decisions; ratios are fractions from 0 to 1."""

    precision: _Ratio = _kpi("precision")
    recall: _Ratio = _kpi("recall")
    f1_score: _Ratio = _kpi("f1_score")
    capture_rate: _Ratio = _kpi("capture_rate")
    approval_rate: _Ratio = _kpi("approval_rate")
    false_positive_cost: float = _sum("false_positive_cost")
    chargeback_rate: _Ratio = _kpi("chargeback_rate")
    decision_throughput: _Ratio = _kpi("decision_throughput")
    review_rate: _Ratio = _kpi("review_rate")
    decline_rate: _Ratio = _kpi("decline_rate")
    false_positive_rate: _Ratio = _kpi("false_positive_rate")
    fraud_rate: _Ratio = _kpi("fraud_rate")
    fraud_loss: float = _sum("fraud_loss")


class KpiBounds(CamelModel):
    """The lowest and the highest value of each KPI, over every way in which open decisions can turn out.

    Open are pending decisions, and unverified ones: flagged and without a label. Null where there is no value. The
    bounds hold, and tighten, as long as no label is revised and none comes after the maturity horizon.
    """

    precision: Bounds | None = Field(description="[TP ÷ (TP + FP + U), (TP + U) ÷ (TP + FP + U)], U unverified.")
    recall: Bounds | None = Field(description="[TP ÷ (TP + FN + P), (TP + U) ÷ (TP + U + FN)], P pending.")
    f1_score: Bounds | None = Field(
        description="[2 TP ÷ (2 TP + FP + U + FN + P), 2 (TP + U) ÷ (2 TP + 2 U + FP + FN)]."
    )
    capture_rate: Bounds | None = Field(description="As of recall, in amounts.")
    false_positive_rate: Bounds | None = Field(description="[FP ÷ (FP + TN), (FP + U) ÷ (FP + U + TN - P)].")
    fraud_rate: Bounds | None = Field(
        description="[(TP + FN) ÷ (N + U), (TP + FN + U + P) ÷ (N + U)], N = TP + FP + TN + FN."
    )
    chargeback_rate: Bounds | None = Field(
        description="[c ÷ approved, (c + P) ÷ approved], c the decisions that were charged back."
    )
    false_positive_cost: Bounds = Field(description="[cost of FP, that and the cost of U].")
    fraud_loss: Bounds = Field(description="[amount of FN, that and the amount of P].")


class Maturity(CamelModel):
    """How many decisions have labels, and how many may still get one."""

    as_of: Timestamp = Field(description="The time up to which decisions and labels count.")
    horizon_days: int = Field(
        description="Age in days from which an approved decision without a label is presumed legitimate."
    )
    decisions: int = Field(description="Number of decisions.")
    labelled: int = Field(description="With a label; the one given last is effective.")
    presumed: int = Field(description="Approved, without a label, at least as old as the horizon: legitimate.")
    pending: int = Field(description="Approved, without a label, younger: legitimate so far.")
    unverified: int = Field(
        description="Flagged, without a label: a stopped sale brings no chargeback, so silence proves nothing."
    )
    coverage: _Ratio = Field(description="(labelled + presumed) ÷ decisions; null without decisions.")
    provisional: bool = Field(description="Whether any decision is pending.")
    complete_by: Timestamp | None = Field(
        description="When the last decision will be as old as the horizon; null without decisions."
    )
    revised: int = Field(description="Labels that differ from the one before them of their decision.")
    after_horizon: int = Field(description="Labels that came later than the horizon after their decision.")


class Estimate(CamelModel):
    """An estimate that includes labels that are still to come."""

    value: _Ratio = Field(description="The estimate; null with a reason.")
    interval: Bounds | None = Field(description="95 % interval, within the bounds; null with a reason.")
    reason: Optional[str] = Field(
        default=None,
        description="`too few labels`: fewer than 50 labels to learn delays from. `too few known`: fewer than 10 known "
        "missed frauds.",
    )


class EstimatedKpis(CamelModel):
    """Estimates from the label delays of approved decisions aged H to H + 180 days, whatever the question filters.

    F(a) is the share, among fraud labels that came within H of their decision, of those that had come by age a, so
    F(H) = 1. A missed fraud of age a stands for 1 ÷ F(a). With L the number of labels, x an amount, or 1 for numbers,
    r the estimated sum minus the known one, and V = Σ x² (1 - F) ÷ F² + (1 ÷ L) Σᵢ Σⱼ xᵢ xⱼ F(min) (1 - F(max)) ÷
    (Fᵢ² Fⱼ²), the interval is known + r exp(±1.96 √ln(1 + V ÷ r²)), cut at the bounds; the value is not cut. Ends are
    carried through ratios.
    """

    recall: Estimate = Field(description="TP ÷ (TP + N), N the estimated number of missed frauds.")
    fraud_rate: Estimate = Field(description="(TP + N) ÷ (TP + FP + FN + TN).")
    chargeback_rate: Estimate = Field(
        description="Estimated number of charged-back decisions ÷ approved ones; delays of chargebacks alone."
    )
    fraud_loss: Estimate = Field(description="Estimated amount of missed frauds, in the reporting currency.")
    excluded: int = Field(
        description="Decisions so young that F is below 0.05; left out of numerators and denominators."
    )


class KpiContext(CamelModel):
    """What is told beside KPIs: how mature they are, and what they can still become."""

    maturity: Maturity = Field(description="How many decisions have labels.")
    bounds: KpiBounds = Field(description="The lowest and the highest value of each KPI.")
    matured: Kpis | None = Field(
        description="The same KPIs over the decisions at least as old as the horizon, labelled or not; null without "
        "any."
    )
    estimated: EstimatedKpis = Field(description="Estimates that include labels that are still to come.")
    cost_parameters: CostParameters = Field(description="The parameters behind `falsePositiveCost`.")
    currency: str = Field(description="The reporting currency of all amounts.", examples=["USD"])
    excluded_from_amounts: int = Field(
        description="Decisions without an amount, or without an exchange rate; they count in numbers."
    )
    data_freshness: Timestamp = Field(
        description="Every live source of decisions has delivered up to this time; 1970 without any."
    )


class Outcomes(CamelModel):
    """Number of decisions by outcome."""

    approve: int = Field(description="Approved.")
    review: int = Field(description="Sent to review.")
    decline: int = Field(description="Declined.")


class Amounts(CamelModel):
    """Amounts in the reporting currency."""

    total: Number = Field(description="Of all decisions.")
    fraud: Number = Field(description="Of known fraud: captured + missed.")
    captured: Number = Field(description="Of TP.")
    missed: Number = Field(description="Of FN.")
    false_positive: Number = Field(description="Of FP.")


class Ranking(CamelModel):
    """How well scores rank fraud, over decisions that are not unverified."""

    roc_auc: _Ratio = Field(
        description="Area under the ROC curve, ties at half; null unless there are fraud and other decisions."
    )
    average_precision: _Ratio = Field(
        description="Σ (Rₙ - Rₙ₋₁) Pₙ over the scores from the highest on; null as above."
    )
    card_precision_top_100: _Ratio = Field(
        alias="cardPrecisionTop100",
        description="Fraud among the 100 cards of the highest scores of a UTC day ÷ 100, mean over days. A card is a "
        "customer; those found fraudulent on an earlier day are left out. Null without decisions.",
    )


class Latency(CamelModel):
    """Decision times in milliseconds; percentiles are within 1 % (DDSketch, Masson et al. 2019)."""

    p50_ms: float = Field(alias="p50Ms", description="Median: the item at rank ⌊0.5 (n - 1)⌋.")
    p95_ms: float = Field(alias="p95Ms", description="95th percentile.")
    p99_ms: float = Field(alias="p99Ms", description="99th percentile.")
    max_ms: float = Field(description="Longest, exact.")
    count: int = Field(description="Decisions with a decision time.")


class Throughput(CamelModel):
    """Decisions in time."""

    per_second: _Ratio = Field(description="As `decisionThroughput`.")
    per_minute: _Ratio = Field(description="60 x `perSecond`.")
    peak_per_minute: int = Field(description="Decisions in the calendar minute with the most; 0 without any.")
    peak_at: Timestamp | None = Field(description="The first such minute; null without decisions.")


class Matrix(CamelModel):
    """The four kinds of decisions whose truth is known or presumed."""

    true_positives: int = Field(description="Flagged and fraud.")
    false_positives: int = Field(description="Flagged and legitimate.")
    true_negatives: int = Field(description="Approved and not fraud: labelled so, presumed, or pending.")
    false_negatives: int = Field(description="Approved and fraud.")


class FraudMetrics(Kpis, Matrix, KpiContext):
    """The KPIs of a range of decisions, and what is behind them."""

    start_date: Timestamp = Field(description="Start of the range, inclusive.")
    end_date: Timestamp = Field(description="End of the range, exclusive.")
    decisions: int = Field(description="Number of decisions.")
    outcomes: Outcomes = Field(description="How many were approved, reviewed and declined.")
    amounts: Amounts = Field(description="Amounts of decisions.")
    ranking: Ranking = Field(description="How well scores rank fraud.")
    latency: Optional[Latency] = Field(
        default=None, description="Decision times; omitted without `includeLatency`, or if no decision has one."
    )
    throughput: Optional[Throughput] = Field(
        default=None, description="Decisions in time; omitted without `includeThroughput`."
    )


class PrecisionRecall(Matrix):
    """Precision, recall and F1 score of a range of decisions."""

    precision: _Ratio = _kpi("precision")
    recall: _Ratio = _kpi("recall")
    f1_score: _Ratio = _kpi("f1_score")
    maturity: Maturity = Field(description="Added: how many decisions have labels.")
    bounds: KpiBounds = Field(description="Added: the lowest and the highest value of each KPI.")
    estimated: EstimatedKpis = Field(description="Added: estimates that include labels that are still to come.")


class MatrixAt(Matrix):
    """The confusion matrix of an hour, a day or a week."""

    timestamp: Timestamp = Field(description="Start of the hour, day or week (Monday), UTC.")
    pending: int = Field(description="Added: true negatives that may still turn out to be fraud.")
    unverified: int = Field(description="Added: flagged decisions without a label, in none of the four.")
    provisional: bool = Field(description="Added: whether any decision is pending.")


class ConfusionMatrix(CamelModel):
    """Confusion matrices over time; every hour, day or week of the range has one."""

    matrix: list[MatrixAt] = Field(description="The matrices, oldest first.")


class DataPoint(CamelModel):
    """A KPI at a step of time."""

    timestamp: Timestamp = Field(description="Start of the step, UTC.")
    value: _Ratio = Field(description="The value; null for a ratio without a denominator.")


class KpiTrend(CamelModel):
    """A KPI over time."""

    metric: str = Field(description="Name of the KPI.", examples=["precision"])
    data_points: list[DataPoint] = Field(description="One for each step, oldest first.")


class DecisionSummary(CamelModel):
    """A decision, and what is known of it."""

    decision_id: str = Field(description="Id of the decision.")
    timestamp: Timestamp = Field(description="Time of the decision.")
    score: float = Field(description="Fraud score, 0 to 1.")
    outcome: Outcome = Field(description="Decision taken.")
    amount: Number | None = Field(description="Amount, in `currency`.")
    currency: str | None = Field(description="Currency of the amount.")
    merchant: str | None = Field(description="Merchant.")
    channel: str | None = Field(description="Sales channel.")
    risk_band: str | None = Field(description="Risk band of the score.")
    model_version: str | None = Field(description="Version of the model.")
    label: str | None = Field(description="Label given last, `fraud` or `legitimate`; null without one.")
    label_state: str = Field(description="`labelled`, `presumed`, `pending` or `unverified`.")
