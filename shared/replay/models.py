"""Models of the results of a replay."""

from typing import Any

from pydantic import Field

from shared.decisions.configuration import CostParameters
from shared.fraud.kpis import KPIS
from shared.fraud.models import Bounds, Kpis, Maturity
from shared.replay.policy import RulePolicy
from shared.runtime.models import CamelModel, Timestamp
from shared.runtime.numbers import Number

_Ratio = float | None


class KpiDifference(CamelModel):
    """How much a KPI differs: replayed - baseline."""

    value: float | None = Field(description="Difference; null if the KPI is null on either side.")
    interval: Bounds | None = Field(
        description="95 % interval: percentiles 2.5 and 97.5 of 1 000 paired bootstrap resamples of customers with "
        "Poisson(1) weights. Null if the value is, or if the KPI is undefined in more than 5 % of the resamples."
    )


def _difference(name: str) -> Any:
    return Field(description=f"Of the KPI: {KPIS[name].formula}")


class KpiDifferences(CamelModel):
    """The difference of every KPI."""

    precision: KpiDifference = _difference("precision")
    recall: KpiDifference = _difference("recall")
    f1_score: KpiDifference = _difference("f1_score")
    capture_rate: KpiDifference = _difference("capture_rate")
    approval_rate: KpiDifference = _difference("approval_rate")
    false_positive_cost: KpiDifference = _difference("false_positive_cost")
    chargeback_rate: KpiDifference = _difference("chargeback_rate")
    decision_throughput: KpiDifference = _difference("decision_throughput")
    review_rate: KpiDifference = _difference("review_rate")
    decline_rate: KpiDifference = _difference("decline_rate")
    false_positive_rate: KpiDifference = _difference("false_positive_rate")
    fraud_rate: KpiDifference = _difference("fraud_rate")
    fraud_loss: KpiDifference = _difference("fraud_loss")


class SwapSet(CamelModel):
    """Decisions that changed sides."""

    count: int = Field(description="Number of decisions.")
    amount: Number = Field(description="Their amount, in the reporting currency.")


class SwapSets(CamelModel):
    """Decisions that are flagged in the replay and were approved, or the other way round, by their truth."""

    newly_caught_fraud: SwapSet = Field(description="Approved, now flagged: fraud.")
    newly_missed_fraud: SwapSet = Field(description="Flagged, now approved: fraud.")
    newly_blocked_legitimate: SwapSet = Field(description="Approved, now flagged: legitimate, or presumed so.")
    newly_released_legitimate: SwapSet = Field(description="Flagged, now approved: legitimate.")
    newly_flagged_unknown: SwapSet = Field(description="Approved, now flagged: pending.")
    newly_released_unknown: SwapSet = Field(description="Flagged, now approved: unverified.")


class ReplayCohort(CamelModel):
    """The decisions with one value of a dimension."""

    name: str = Field(description="The value; `(none)` for decisions without one.")
    decisions: int = Field(description="Number of decisions.")
    baseline: Kpis = Field(description="As recorded.")
    replayed: Kpis = Field(description="As replayed.")
    swap_sets: SwapSets = Field(description="Decisions that changed sides.")


class ReplayCohorts(CamelModel):
    """Cohorts by dimension, most decisions first, then by name; empty for a dimension with over 200 values."""

    channel: list[ReplayCohort] = Field(description="By sales channel.")
    risk_band: list[ReplayCohort] = Field(alias="risk_band", description="By risk band of the recorded score.")


class ThresholdPoint(CamelModel):
    """What a single threshold would give: scores from it on are declined, lower ones approved."""

    threshold: float = Field(description="Threshold of the score of the replay.")
    precision: _Ratio = Field(description="As `precision` of the KPIs.")
    recall: _Ratio = Field(description="As `recall` of the KPIs.")
    false_positive_rate: _Ratio = Field(description="As `falsePositiveRate` of the KPIs.")
    approval_rate: _Ratio = Field(description="As `approvalRate` of the KPIs.")
    cost: float = Field(description="`fraudLoss` + `falsePositiveCost`, in the reporting currency.")


class ReplayWarning(CamelModel):
    """Something to know before results are trusted."""

    code: str = Field(
        description="`low_fidelity`, `unscorable_decisions`, `absent_features`, `too_many_values`.",
        examples=["low_fidelity"],
    )
    message: str = Field(description="What was found.")


class ReplayResults(CamelModel):
    """Decisions as recorded and as replayed.

    The truth of a decision is that of the recorded one at `asOf`: presumed is legitimate, also if it is flagged now. A
    pending decision that is flagged now, and an unverified one that is approved now, are unknown: in none of TP, FP, FN
    and TN. `chargebackRate` counts chargebacks that were received, so frauds that are approved only now are not in it.
    """

    scenario_id: str = Field(description="Id of the scenario.")
    run_id: str = Field(description="Id of the run.")
    decisions: int = Field(description="Decisions replayed: all figures are of these, except `fidelity`.")
    unscorable: int = Field(
        description="Added: decisions of the window that the model cannot score, because a feature is absent or a "
        "text; they are left out of everything but `fidelity`."
    )
    fidelity: float | None = Field(
        description="Share of the recorded outcomes that the policy reproduces from the recorded scores; null without "
        "decisions."
    )
    policy: list[RulePolicy] = Field(description="The thresholds of the versions of the rules in the window.")
    baseline: Kpis = Field(description="KPIs of the recorded outcomes.")
    replayed: Kpis = Field(description="KPIs of the replayed outcomes.")
    differences: KpiDifferences = Field(description="Replayed - baseline.")
    swap_sets: SwapSets = Field(description="Decisions that changed sides.")
    by_cohort: ReplayCohorts = Field(description="The same by channel and risk band.")
    threshold_curve: list[ThresholdPoint] = Field(
        description="What every threshold from 0 to 1 in steps of 0.01 would give, by the score of the replay."
    )
    cost_optimum: ThresholdPoint | None = Field(
        description="The point of the curve with the least cost, of several the one with the highest threshold; null "
        "without decisions."
    )
    maturity: Maturity = Field(description="How many of the decisions have labels.")
    cost_parameters: CostParameters = Field(description="Added: the parameters behind costs.")
    currency: str = Field(description="Added: the reporting currency of all amounts.")
    excluded_from_amounts: int = Field(
        description="Added: decisions without an amount, or without an exchange rate; they count in numbers."
    )
    as_of: Timestamp = Field(description="The time up to which decisions and labels count.")
    warnings: list[ReplayWarning] = Field(description="What to know before the results are trusted.")
    checksum: str = Field(
        description="SHA-256 of the results as JSON with sorted keys and without spaces, without `runId`, `asOf`, "
        "`maturity.asOf`, `maturity.completeBy` and `checksum`: runs that find the same have the same."
    )
