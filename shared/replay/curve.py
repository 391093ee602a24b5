"""What each threshold of the score would give, and the one that costs least."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.fraud.counts import Truth
from shared.fraud.kpis import Facts, cost_of, values
from shared.replay.cells import GRID
from shared.replay.counting import at_threshold
from shared.replay.models import ThresholdPoint
from shared.replay.plan import ReplayPlan
from shared.replay.totals import SliceTotals
from shared.runtime.numbers import EXACT, to_json_number

_SHOWN = ("precision", "recall", "false_positive_rate", "approval_rate")


@dataclass(frozen=True)
class CurvePoint:
    """A point of the curve, and its exact cost."""

    point: ThresholdPoint
    cost: Decimal


def threshold_curve(totals: SliceTotals, plan: ReplayPlan) -> Sequence[CurvePoint]:
    """Return the points of all thresholds, the lowest first: scores from one on are declined, others approved."""
    return [_point(totals, plan, place) for place in range(len(GRID))]


def cost_optimum(curve: Sequence[CurvePoint]) -> ThresholdPoint:
    """Return the point with the least cost; of several, that with the highest threshold."""
    return min(curve, key=lambda each: (each.cost, -each.point.threshold)).point


def _point(totals: SliceTotals, plan: ReplayPlan, place: int) -> CurvePoint:
    below, reached = totals.curve.at(slice(place + 1)), totals.curve.at(slice(place + 1, None))
    counts = at_threshold(below.over(0), reached.over(0))
    facts = Facts(counts, plan.cost_parameters, plan.seconds)
    cost = EXACT.add(cost_of(counts, Truth.LEGITIMATE, plan.cost_parameters), counts.false_negatives.amount)
    kpis = {name: value for name, value in values(facts).items() if name in _SHOWN}
    return CurvePoint(ThresholdPoint(threshold=float(GRID[place]), cost=to_json_number(cost), **kpis), cost)
