"""The metrics that experiments compare, as ratios x ÷ y of sums over units. Pure.

x and y are expressions over the columns of a unit that `shared.experiments.queries` makes: numbers of its decisions
(`decisions`, `approved`, `reviewed`, `declined`), and of those that are at least as old as the maturity horizon the
numbers of each truth (`tp`, `fp`, `fn`, `tn`), `charged_back`, amounts, and
whether it has any (`matured`, 1 or 0). Their values over all units of a variant are those of `shared.fraud.kpis`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.athena.sql import Statement, sql


@dataclass(frozen=True, kw_only=True)
class UnitMetric:
    """A metric of units.

    `hits` and `misses` are the decisions for and against it; without enough of either there is no interval. Metrics
    that need labels are compared over mature decisions only, because the values of younger ones still change.
    """

    x: Statement
    y: Statement
    hits: Statement
    misses: Statement
    needs_labels: bool = True


_TP, _FP, _FN, _TN = sql("tp"), sql("fp"), sql("fn"), sql("tn")
_DECISIONS, _MATURE = sql("decisions"), sql("(tp + fp + fn + tn + unverified)")
_PER_UNIT = sql("matured")


def _share(part: Statement, rest: Statement) -> UnitMetric:
    return UnitMetric(x=part, y=_DECISIONS, hits=part, misses=rest, needs_labels=False)


def _cost(x: Statement, y: Statement, hits: Statement) -> UnitMetric:
    return UnitMetric(x=x, y=y, hits=hits, misses=sql("{all} - ({hits})", all=_MATURE, hits=hits))


UNIT_METRICS: Mapping[str, UnitMetric] = MappingProxyType(
    {
        "precision": UnitMetric(x=_TP, y=sql("(tp + fp)"), hits=_TP, misses=_FP),
        "recall": UnitMetric(x=_TP, y=sql("(tp + fn)"), hits=_TP, misses=_FN),
        "f1Score": UnitMetric(x=sql("(2 * tp)"), y=sql("(2 * tp + fp + fn)"), hits=_TP, misses=sql("fp + fn")),
        "captureRate": UnitMetric(x=sql("tp_amount"), y=sql("(tp_amount + fn_amount)"), hits=_TP, misses=_FN),
        "approvalRate": _share(sql("approved"), sql("reviewed + declined")),
        "falsePositiveCost": _cost(sql("fp_cost"), _PER_UNIT, _FP),
        "chargebackRate": UnitMetric(
            x=sql("charged_back"), y=sql("(fn + tn)"), hits=sql("charged_back"), misses=sql("fn + tn - charged_back")
        ),
        "reviewRate": _share(sql("reviewed"), sql("approved + declined")),
        "declineRate": _share(sql("declined"), sql("approved + reviewed")),
        "falsePositiveRate": UnitMetric(x=_FP, y=sql("(fp + tn)"), hits=_FP, misses=_TN),
        "fraudRate": UnitMetric(
            x=sql("(tp + fn)"), y=sql("(tp + fp + fn + tn)"), hits=sql("tp + fn"), misses=sql("fp + tn")
        ),
        "fraudLoss": _cost(sql("fn_amount"), _PER_UNIT, _FN),
    }
)
"""The metrics by name; sums are per unit."""

LOSS, COST, NET = "fraudLossPerDecision", "falsePositiveCostPerDecision", "netPerDecision"
SAVINGS: Mapping[str, UnitMetric] = MappingProxyType(
    {
        LOSS: _cost(sql("fn_amount"), _MATURE, _FN),
        COST: _cost(sql("fp_cost"), _MATURE, _FP),
        NET: _cost(sql("(fn_amount + fp_cost)"), _MATURE, sql("fn + fp")),
    }
)
"""What decisions cost, each, that fraud went through and that good orders were stopped; the impact is made of it."""
