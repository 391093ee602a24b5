"""The fraud engine's decisions: an outcome by rules on the score of the day's model, and what explains it."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.local.demo.episodes import ATTACK, ATTACKED, SLOW_FEATURE_STORE
from infra.local.demo.features import observe
from infra.local.demo.rates import DOLLARS_PER_POUND
from infra.local.demo.rng import seeded
from infra.local.demo.scoring import FIRST_MODEL, LATER_MODEL, FraudModel
from infra.local.demo.window import DemoWindow, Record, format_time

if TYPE_CHECKING:
    import random

    from infra.local.demo.sales import Order

FRAUD_SOURCE = "fraud-engine"
EXPERIMENT, EXPERIMENT_FROM = "review-threshold", 0.70
"""The experiment on decisions of online orders, and the share of the window from which it runs."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Score thresholds for reviewing and declining an order."""

    version: str
    review_from: float
    decline_from: float

    def outcome(self, score: float) -> str:
        """Decide by the thresholds."""
        if score >= self.decline_from:
            return "decline"
        return "review" if score >= self.review_from else "approve"


_RULES = (Rules("rules-11", 0.35, 0.80), Rules("rules-12", 0.30, 0.72))
_TREATMENT = Rules("rules-12", 0.45, 0.72)
_RULES_CHANGE_AT, _MODEL_CHANGES_AT = 0.45, 0.66
_SLOWED = 6.0
_INVESTIGATED_REVIEWS = 0.3
_BANDS = ((0.1, "low"), (0.3, "medium"), (0.7, "high"))
_CAUGHT_IN_REVIEW, _REFUSED_IN_REVIEW = 0.85, 0.03


@dataclass(frozen=True, slots=True)
class FraudDecision:
    """The engine's decision on an order, and whether the order was stopped in the end."""

    order: Order
    record: Record
    outcome: str
    stopped: bool

    @property
    def decision_id(self) -> str:
        """The id the labels refer to."""
        return str(self.record["decision_id"])


def screen(seed: int, order: Order, window: DemoWindow) -> FraudDecision:
    """Decide about an order with the model, rules and experiment of its day."""
    rng = seeded(seed, "fraud", order.order_id)
    day = order.placed_at.date()
    progress = window.progress(day)
    model = LATER_MODEL if progress >= _MODEL_CHANGES_AT else FIRST_MODEL
    rules, experiment = _rules_for(order, progress)
    features = observe(rng, order, window)
    attributions = model.attribute(features)
    score = model.score(attributions)
    outcome = rules.outcome(score)
    record = {
        **_circumstances(order),
        **(_charge(order) if "amount" in features else {}),
        "score": score,
        "outcome": outcome,
        "risk_band": _band(score),
        "model_version": model.version,
        "rule_version": rules.version,
        "latency_ms": _latency(rng, model, slowed=SLOW_FEATURE_STORE.covers(window, day)),
        **experiment,
        **_investigation(rng, order, outcome, attacked=ATTACK.covers(window, day)),
        "features": features,
        "attributions": attributions,
        "base_value": model.base_value,
    }
    return FraudDecision(order, record, outcome, _is_blocked(rng, order, outcome))


def _rules_for(order: Order, progress: float) -> tuple[Rules, dict[str, str]]:
    if progress < EXPERIMENT_FROM or order.channel == "store":
        return _RULES[progress >= _RULES_CHANGE_AT], {}
    treated = zlib.crc32(order.shopper.customer_id.encode()) % 2 == 1
    variant = {"experiment_id": EXPERIMENT, "variant_id": "treatment" if treated else "control"}
    return (_TREATMENT if treated else _RULES[1]), variant


def _circumstances(order: Order) -> Record:
    record: Record = {
        "decision_id": f"D{order.order_id[1:]}",
        "timestamp": format_time(order.placed_at),
        "transaction_id": order.lines[0].transaction_id,
        "merchant": _merchant(order),
        "channel": order.channel,
        "geography": order.shopper.country,
        "device": order.device,
    }
    return record if order.guest else record | {"customer_id": order.shopper.customer_id}


def _band(score: float) -> str:
    return next((name for bound, name in _BANDS if score < bound), "critical")


def _merchant(order: Order) -> str:
    return order.lines[0].product.category.merchant


def _charge(order: Order) -> Record:
    """Cards of British shoppers are charged in pounds."""
    if order.shop.currency == "USD" and order.shopper.country == "GB":
        return {"amount": round(order.total / 100 / DOLLARS_PER_POUND, 2), "currency": "GBP"}
    return {"amount": order.total / 100, "currency": order.shop.currency}


def _latency(rng: random.Random, model: FraudModel, *, slowed: bool) -> float:
    return round(model.latency_ms * (_SLOWED if slowed else 1.0) * math.exp(rng.gauss(0, 0.35)), 1)


def _investigation(rng: random.Random, order: Order, outcome: str, *, attacked: bool) -> dict[str, str]:
    if attacked and outcome != "approve" and _merchant(order) == ATTACKED:
        return {"investigation_id": f"INV-{ATTACKED}"}
    if outcome == "review" and rng.random() < _INVESTIGATED_REVIEWS:
        return {"investigation_id": f"INV-{order.placed_at:%G-W%V}"}
    return {}


def _is_blocked(rng: random.Random, order: Order, outcome: str) -> bool:
    if outcome == "review":
        return rng.random() < (_CAUGHT_IN_REVIEW if order.fraudulent else _REFUSED_IN_REVIEW)
    return outcome == "decline"
