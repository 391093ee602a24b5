"""The KPIs of fraud decisions, as data: formula, better direction, and the bounds within which they will end. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from shared.decisions.configuration import CostParameters
from shared.fraud.counts import Cell, Counts, Outcome, Truth
from shared.runtime.numbers import EXACT, to_json_number

Value = float | None
"""A ratio from 0 to 1, an amount in the reporting currency, or None without a denominator."""


class Better(StrEnum):
    """The direction in which a KPI improves."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Bounds(NamedTuple):
    """The lowest and the highest value that a KPI can still have."""

    low: float
    high: float


class Four(NamedTuple):
    """The four kinds of decisions with a truth, and the open ones: unverified and pending."""

    tp: Decimal
    fp: Decimal
    fn: Decimal
    tn: Decimal
    u: Decimal
    p: Decimal


@dataclass(frozen=True)
class Facts:
    """What KPIs are computed from: decisions, the parameters of costs, and the seconds in which they were made."""

    counts: Counts
    costs: CostParameters
    seconds: float = 0.0

    @cached_property
    def numbers(self) -> Four:
        """The numbers of decisions by kind."""
        return Four(*(Decimal(cell.decisions) for cell in _cells(self.counts)))

    @cached_property
    def amounts(self) -> Four:
        """The amounts of decisions by kind."""
        return Four(*(cell.amount for cell in _cells(self.counts)))


def _cells(counts: Counts) -> Iterable[Cell]:
    """Return the decisions by kind, in the order of `Four`."""
    known = (counts.true_positives, counts.false_positives, counts.false_negatives, counts.true_negatives)
    return *known, counts.unverified, counts.pending


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A KPI: its formula in words, its value, and its bounds over every way in which open decisions can turn out."""

    formula: str
    better: Better
    value: Callable[[Facts], Value]
    bounds: Callable[[Facts], Bounds | None] | None = None


def _ratio(numerator: Decimal | float, denominator: Decimal | float) -> Value:
    return float(Decimal(numerator) / Decimal(denominator)) if denominator else None


def _money(amount: Decimal) -> float:
    return to_json_number(amount)


def _ends(low: Value, high: Value) -> Bounds | None:
    """Return the bounds; an end that is undefined equals the other."""
    known = [each for each in (low, high) if each is not None]
    return Bounds(known[0], known[-1]) if known else None


def cost_of(counts: Counts, truth: Truth, costs: CostParameters) -> Decimal:
    """Return what flagged decisions of a truth cost if they are legitimate, in the reporting currency."""
    reviewed, declined = (counts.of((outcome,), (truth,)) for outcome in (Outcome.REVIEW, Outcome.DECLINE))
    lost = EXACT.add(
        EXACT.multiply(reviewed.amount, costs.lost_share.review),
        EXACT.multiply(declined.amount, costs.lost_share.decline),
    )
    reviews = EXACT.multiply(Decimal(reviewed.decisions), costs.review_cost)
    return EXACT.add(EXACT.multiply(lost, costs.margin_rate), reviews)


def _precision_bounds(facts: Facts) -> Bounds | None:
    n = facts.numbers
    flagged = n.tp + n.fp + n.u
    return _ends(_ratio(n.tp, flagged), _ratio(n.tp + n.u, flagged))


def _recall_bounds(n: Four) -> Bounds | None:
    return _ends(_ratio(n.tp, n.tp + n.fn + n.p), _ratio(n.tp + n.u, n.tp + n.u + n.fn))


def _f1_bounds(facts: Facts) -> Bounds | None:
    n = facts.numbers
    low = _ratio(2 * n.tp, 2 * n.tp + n.fp + n.u + n.fn + n.p)
    return _ends(low, _ratio(2 * (n.tp + n.u), 2 * n.tp + 2 * n.u + n.fp + n.fn))


def _false_positive_rate_bounds(facts: Facts) -> Bounds | None:
    n = facts.numbers
    return _ends(_ratio(n.fp, n.fp + n.tn), _ratio(n.fp + n.u, n.fp + n.u + n.tn - n.p))


def _fraud_rate_bounds(facts: Facts) -> Bounds | None:
    n = facts.numbers
    decided = n.tp + n.fp + n.tn + n.fn + n.u
    return _ends(_ratio(n.tp + n.fn, decided), _ratio(n.tp + n.fn + n.u + n.p, decided))


def _share_of(outcome: Outcome) -> Callable[[Facts], Value]:
    return lambda facts: _ratio(facts.counts.of((outcome,)).decisions, facts.counts.decisions)


def _approved(facts: Facts) -> int:
    return facts.counts.approved.decisions


def _chargeback_bounds(facts: Facts) -> Bounds | None:
    charged_back, approved = facts.counts.charged_back, _approved(facts)
    pending = facts.counts.pending.decisions
    return _ends(_ratio(charged_back, approved), _ratio(charged_back + pending, approved))


def _cost_bounds(facts: Facts) -> Bounds:
    known = cost_of(facts.counts, Truth.LEGITIMATE, facts.costs)
    possible = cost_of(facts.counts, Truth.UNVERIFIED, facts.costs)
    return Bounds(_money(known), _money(EXACT.add(known, possible)))


def _loss_bounds(facts: Facts) -> Bounds:
    n = facts.amounts
    return Bounds(_money(n.fn), _money(EXACT.add(n.fn, n.p)))


_TERMS = "TP, FP: flagged decisions that are fraud, legitimate. FN, TN: approved ones that are fraud, not fraud."

KPIS: Mapping[str, Kpi] = MappingProxyType(
    {
        "precision": Kpi(
            formula=f"TP ÷ (TP + FP). {_TERMS}",
            better=Better.UP,
            value=lambda facts: _ratio((n := facts.numbers).tp, n.tp + n.fp),
            bounds=_precision_bounds,
        ),
        "recall": Kpi(
            formula="TP ÷ (TP + FN).",
            better=Better.UP,
            value=lambda facts: _ratio((n := facts.numbers).tp, n.tp + n.fn),
            bounds=lambda facts: _recall_bounds(facts.numbers),
        ),
        "f1_score": Kpi(
            formula="2 TP ÷ (2 TP + FP + FN).",
            better=Better.UP,
            value=lambda facts: _ratio(2 * (n := facts.numbers).tp, 2 * n.tp + n.fp + n.fn),
            bounds=_f1_bounds,
        ),
        "capture_rate": Kpi(
            formula="Amount of TP ÷ amount of (TP + FN).",
            better=Better.UP,
            value=lambda facts: _ratio((n := facts.amounts).tp, n.tp + n.fn),
            bounds=lambda facts: _recall_bounds(facts.amounts),
        ),
        "approval_rate": Kpi(formula="Approved ÷ all decisions.", better=Better.UP, value=_share_of(Outcome.APPROVE)),
        "false_positive_cost": Kpi(
            formula="Sum over FP of amount x margin rate x lost share of the outcome, plus the cost of a review for "
            "each reviewed FP; in the reporting currency.",
            better=Better.DOWN,
            value=lambda facts: _money(cost_of(facts.counts, Truth.LEGITIMATE, facts.costs)),
            bounds=_cost_bounds,
        ),
        "chargeback_rate": Kpi(
            formula="Approved decisions whose latest chargeback says fraud ÷ approved decisions, by time of the "
            "decision.",
            better=Better.DOWN,
            value=lambda facts: _ratio(facts.counts.charged_back, _approved(facts)),
            bounds=_chargeback_bounds,
        ),
        "decision_throughput": Kpi(
            formula="Decisions per second, from the start of the range to the earlier of its end and `asOf`; without "
            "a start, from the first decision.",
            better=Better.NEITHER,
            value=lambda facts: facts.counts.decisions / facts.seconds if facts.seconds > 0 else None,
        ),
        "review_rate": Kpi(formula="Reviewed ÷ all decisions.", better=Better.DOWN, value=_share_of(Outcome.REVIEW)),
        "decline_rate": Kpi(formula="Declined ÷ all decisions.", better=Better.DOWN, value=_share_of(Outcome.DECLINE)),
        "false_positive_rate": Kpi(
            formula="FP ÷ (FP + TN).",
            better=Better.DOWN,
            value=lambda facts: _ratio((n := facts.numbers).fp, n.fp + n.tn),
            bounds=_false_positive_rate_bounds,
        ),
        "fraud_rate": Kpi(
            formula="(TP + FN) ÷ (TP + FP + FN + TN).",
            better=Better.DOWN,
            value=lambda facts: _ratio((n := facts.numbers).tp + n.fn, n.tp + n.fp + n.fn + n.tn),
            bounds=_fraud_rate_bounds,
        ),
        "fraud_loss": Kpi(
            formula="Amount of FN, in the reporting currency.",
            better=Better.DOWN,
            value=lambda facts: _money(facts.counts.false_negatives.amount),
            bounds=_loss_bounds,
        ),
    }
)
"""The KPIs by field name, those of the contract first."""


def values(facts: Facts) -> dict[str, Value]:
    """Return the value of every KPI."""
    return {name: kpi.value(facts) for name, kpi in KPIS.items()}


def bounds(facts: Facts) -> dict[str, Bounds | None]:
    """Return the bounds of every KPI that has any."""
    return {name: kpi.bounds(facts) for name, kpi in KPIS.items() if kpi.bounds}
