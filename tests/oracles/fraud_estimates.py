"""What fraud labels still to come must be expected to add, by loops over decisions and the label delay curve.

Written from the paragraph `estimated` of § 2 of the fraud model and nothing else; it shares no code with the platform.

F(a) is the share, among the fraud labels that came within the horizon, of those that had come by age a. A decision
known as an approved fraud at age a stands for 1 / F(a) of them.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from tests.oracles import fraud

Record = Mapping[str, Any]
LEARNED_OVER = timedelta(days=180)
FEWEST_LABELS, FEWEST_KNOWN, LEAST_SHARE = 50, 10, 0.05
ESTIMATED = ("recall", "fraudRate", "chargebackRate", "fraudLoss")


@dataclass(frozen=True)
class DelayCurve:
    """The delays, in order, of fraud labels that came within the horizon."""

    delays: Sequence[pd.Timedelta]

    def share_by(self, age: pd.Timedelta) -> float:
        """F: the share of them that had come by an age."""
        return bisect_right(self.delays, age) / len(self.delays)


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval; the interval is None where too few are known."""

    value: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Estimates:
    """By name, None where the curve cannot be learned; and how many decisions were too young for an estimate."""

    of: dict[str, Estimate | None]
    excluded: int


def learn(
    decisions: Iterable[Record],
    labels: Iterable[Record],
    as_of: datetime,
    *,
    horizon: timedelta = fraud.HORIZON,
    source: str | None = None,
) -> DelayCurve | None:
    """Learn the curve from all approved decisions aged one horizon to 180 days more, or None under 50 labels.

    A delay is that of the decision's first fraud label, of one source if that is given.
    """
    moment = pd.Timestamp(as_of)
    told: dict[str, list[pd.Timestamp]] = {}
    for label in labels:
        at = pd.Timestamp(label["labelled_at"])
        if label["label"] == "fraud" and at <= moment and source in {None, label["source"]}:
            told.setdefault(label["decision_id"], []).append(at)
    delays = []
    for decision in decisions:
        made = pd.Timestamp(decision["timestamp"])
        is_old = horizon <= moment - made <= horizon + LEARNED_OVER
        if decision["outcome"] == "approve" and is_old and decision["decision_id"] in told:
            delays.append(min(told[decision["decision_id"]]) - made)
    within = sorted(delay for delay in delays if delay <= horizon)
    return DelayCurve(within) if len(within) >= FEWEST_LABELS else None


def estimated(truth: pd.DataFrame, curve: DelayCurve | None, of_chargebacks: DelayCurve | None) -> Estimates:
    """Estimate what the four KPIs will be once all labels have come; `truth` is a frame of `fraud.truths`."""
    limits = fraud.bounds(truth)
    found: dict[str, Estimate | None] = dict.fromkeys(ESTIMATED)
    excluded = 0
    if curve:
        old = _old_enough(truth, curve)
        excluded = len(truth) - len(old)
        tp, known = int((old.cell == "TP").sum()), int(old.cell.notna().sum())
        missed = old[old.cell == "FN"]
        frauds, losses = _total(missed, curve), _total(missed[missed.amount.notna()], curve, amounts=True)
        found["recall"] = frauds.through(lambda n: tp / (tp + n) if tp + n else None, limits["recall"])
        found["fraudRate"] = frauds.through(lambda n: (tp + n) / known if known else None, limits["fraudRate"])
        found["fraudLoss"] = losses.through(lambda n: n, limits["fraudLoss"])
    if of_chargebacks:
        old = _old_enough(truth, of_chargebacks)
        approved = int((old.outcome == "approve").sum())
        charged = _total(old[old.charged_back], of_chargebacks)
        found["chargebackRate"] = charged.through(
            lambda n: n / approved if approved else None, limits["chargebackRate"]
        )
    return Estimates(found, excluded)


def _old_enough(truth: pd.DataFrame, curve: DelayCurve) -> pd.DataFrame:
    return truth[[curve.share_by(age) >= LEAST_SHARE for age in truth.age]]


@dataclass(frozen=True)
class _Total:
    """An estimated total, between two ends."""

    count: int
    value: float
    low: float
    high: float

    def through(self, ratio: Any, limits: tuple[float, float] | None) -> Estimate:
        """Carry the total and its ends through a ratio, and cut the ends at the bounds."""
        value = ratio(self.value)
        if value is None or limits is None or self.count < FEWEST_KNOWN:
            return Estimate(value, None)
        low, high = sorted((ratio(self.low), ratio(self.high)))
        return Estimate(value, (max(low, limits[0]), min(high, limits[1])))


def _total(missed: pd.DataFrame, curve: DelayCurve, *, amounts: bool = False) -> _Total:
    shares = [curve.share_by(age) for age in missed.age]
    weights = [float(each) for each in missed.amount] if amounts else [1.0] * len(missed)
    known = math.fsum(weights)
    value = math.fsum(x / share for x, share in zip(weights, shares, strict=True))
    still_to_come = value - known
    if not still_to_come:
        return _Total(len(missed), value, known, known)
    variance = _variance(weights, shares, len(curve.delays))
    factor = math.exp(1.96 * math.sqrt(math.log1p(variance / still_to_come**2)))
    return _Total(len(missed), value, known + still_to_come / factor, known + still_to_come * factor)


def _variance(weights: Sequence[float], shares: Sequence[float], labels: int) -> float:
    pairs = list(zip(weights, shares, strict=True))
    chance = math.fsum(x * x * (1 - f) / f**2 for x, f in pairs)
    curve = math.fsum(x * y * min(f, g) * (1 - max(f, g)) / (f**2 * g**2) for x, f in pairs for y, g in pairs)
    return chance + curve / labels
