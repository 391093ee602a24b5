"""What a promotion is expected to save, and what it saved. Pure."""

from decimal import Decimal
from typing import TYPE_CHECKING

from shared.experiments.findings import MetricDifference, compare
from shared.experiments.metrics import COST, LOSS, NET
from shared.experiments.promotion_models import ImpactEstimate, MonthlyImpact, RealisedImpact
from shared.runtime.numbers import to_json_number

if TYPE_CHECKING:
    from datetime import datetime

    from shared.experiments.answers import ArmsAnswer
    from shared.experiments.findings import Findings

_ASSUMPTIONS = (
    "As many decisions are made in the next 30 days as in the last 30, with the same amounts.",
    "Decisions outside of the experiment respond as those in it.",
    "Young decisions make mistakes as those at least as old as the maturity horizon do.",
    "Flagged decisions without a label are no mistakes.",
)


def estimate(findings: "Findings", variant_id: str, *, monthly: int, hold_back: float) -> ImpactEstimate:
    """Return what a variant is expected to save in 30 days.

    Args:
        findings: the experiment.
        variant_id: the variant.
        monthly: the number of all decisions in the last 30 days.
        hold_back: the share that stays with the control.
    """
    scale = monthly * (1 - hold_back)
    loss, cost, net = (findings.metric(variant_id, name) for name in (LOSS, COST, NET))
    raw = _saved(net, scale)
    return ImpactEstimate(
        metric="net",
        per_month=MonthlyImpact(
            decisions=monthly,
            fraud_loss_prevented=_money(_saved(loss, scale)),
            false_positive_cost_saved=_money(_saved(cost, scale)),
            net=_money(raw),
        ),
        interval=_interval(net, scale),
        raw=_money(raw),
        shrunk=None if raw is None or net.variance is None else _money(_shrunk(raw, net.variance * scale**2)),
        assumptions=list(_ASSUMPTIONS),
    )


def realised(answer: "ArmsAnswer", variant_id: str, control_id: str, since: "datetime") -> RealisedImpact | None:
    """Return what a promoted variant saved against those that stayed with the control; None without mature decisions.

    Args:
        answer: the decisions since the promotion.
        variant_id: the promoted variant.
        control_id: the control.
        since: the time of the promotion.
    """
    arms = [answer.arm(each).sums for each in (variant_id, control_id)]
    made, held_back = (int(sums[NET].y) if NET in sums else 0 for sums in arms)
    if not made:
        return None
    loss, cost, net = (compare(arms[0].get(name), arms[1].get(name)) for name in (LOSS, COST, NET))
    return RealisedImpact(
        as_of=answer.as_of,
        since=since,
        decisions=made,
        held_back_decisions=held_back,
        fraud_loss_prevented=_money(_saved(loss, made)),
        false_positive_cost_saved=_money(_saved(cost, made)),
        net=_money(_saved(net, made)),
        interval=_interval(net, made),
    )


def _saved(cost: MetricDifference, decisions: float) -> float | None:
    """Return (control - variant) x decisions."""
    return None if cost.difference is None else -cost.difference * decisions


def _interval(cost: MetricDifference, decisions: float) -> tuple[float, float] | None:
    if cost.interval is None:
        return None
    low, high = -cost.interval.high * decisions, -cost.interval.low * decisions
    return to_json_number(Decimal(low)), to_json_number(Decimal(high))


def _shrunk(raw: float, variance: float) -> float:
    """Shrink a winner's effect towards 0 (positive-part James and Stein 1961)."""
    return raw * max(0.0, 1 - variance / raw**2) if raw else 0.0


def _money(amount: float | None) -> float | None:
    """Round an estimated amount as all amounts are."""
    return None if amount is None else to_json_number(Decimal(amount))
