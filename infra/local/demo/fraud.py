"""The fraud engine's decisions: features of an order, a logistic score with its attributions, an outcome by rules."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.local.demo.features import observe
from infra.local.demo.rng import seeded
from infra.local.demo.window import DemoWindow, Record, format_time

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from datetime import date

    from infra.local.demo.sales import Order

FRAUD_SOURCE = "fraud-engine"
EXPERIMENT = "review-threshold"


@dataclass(frozen=True, slots=True)
class FraudModel:
    """A logistic model over centred, squashed features."""

    version: str
    base_value: float
    weights: Mapping[str, float]
    latency_ms: float

    def attribute(self, features: Mapping[str, float | str]) -> dict[str, float]:
        """Split the log odds above the base value into one part per feature."""
        return {
            name: round(weight * (_normalize(name, features[name]) - _CENTRES[name]), 6)
            for name, weight in self.weights.items()
        }

    def score(self, attributions: Mapping[str, float]) -> float:
        """Turn log odds into the probability of fraud: 1 / (1 + exp(-(base + sum of attributions)))."""
        return round(1 / (1 + math.exp(-self.base_value - sum(attributions.values()))), 10)


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


_PLAIN = ("account_age_days", "amount", "device_age_days", "shipping_distance_km")
_CENTRES = {
    "amount": 4.5,
    "amount_to_usual": 1.0,
    "account_age_days": 6.0,
    "device_age_days": 4.6,
    "orders_last_24h": 0.3,
    "failed_payments_1h": 0.1,
    "shipping_distance_km": 3.0,
    "is_night": 0.2,
}
_MODELS = (
    FraudModel(
        "lr-3",
        -4.4,
        {
            "amount": 0.30,
            "amount_to_usual": 0.75,
            "account_age_days": -0.35,
            "device_age_days": -0.55,
            "orders_last_24h": 0.80,
            "failed_payments_1h": 1.10,
            "shipping_distance_km": 0.50,
            "is_night": 0.45,
        },
        38.0,
    ),
    FraudModel(
        "lr-4",
        -4.6,
        {
            "amount": 0.25,
            "amount_to_usual": 0.90,
            "account_age_days": -0.40,
            "device_age_days": -0.60,
            "orders_last_24h": 0.85,
            "failed_payments_1h": 1.20,
            "shipping_distance_km": 0.60,
            "is_night": 0.40,
        },
        47.0,
    ),
)
_RULES = (Rules("rules-11", 0.35, 0.80), Rules("rules-12", 0.30, 0.72))
_TREATMENT = Rules("rules-12", 0.45, 0.72)
_RULES_CHANGE_AT, _MODEL_CHANGES_AT, _EXPERIMENT_FROM = 0.45, 0.66, 0.70
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
    model = _MODELS[progress >= _MODEL_CHANGES_AT]
    rules, experiment = _rules_for(order, progress)
    features = observe(rng, order, progress)
    attributions = model.attribute(features)
    score = model.score(attributions)
    outcome = rules.outcome(score)
    record = {
        **_circumstances(order),
        "score": score,
        "outcome": outcome,
        "risk_band": _band(score),
        "model_version": model.version,
        "rule_version": rules.version,
        "latency_ms": _latency(rng, model, day),
        **experiment,
        "features": features,
        "attributions": attributions,
        "base_value": model.base_value,
    }
    return FraudDecision(order, record, outcome, _is_blocked(rng, order, outcome))


def _rules_for(order: Order, progress: float) -> tuple[Rules, dict[str, str]]:
    if progress < _EXPERIMENT_FROM or order.channel == "store":
        return _RULES[progress >= _RULES_CHANGE_AT], {}
    treated = zlib.crc32(order.shopper.customer_id.encode()) % 2 == 1
    variant = {"experiment_id": EXPERIMENT, "variant_id": "treatment" if treated else "control"}
    return (_TREATMENT if treated else _RULES[1]), variant


def _circumstances(order: Order) -> Record:
    record: Record = {
        "decision_id": f"D{order.order_id[1:]}",
        "timestamp": format_time(order.placed_at),
        "transaction_id": order.lines[0].transaction_id,
        "merchant": order.lines[0].product.category.merchant,
        "channel": order.channel,
        "geography": order.shopper.country,
        "device": order.device,
        "amount": order.total / 100,
        "currency": order.shop.currency,
    }
    return record if order.guest else record | {"customer_id": order.shopper.customer_id}


def _normalize(name: str, value: float | str) -> float:
    number = float(value)
    return math.log1p(number) if name in _PLAIN else number


def _band(score: float) -> str:
    return next((name for bound, name in _BANDS if score < bound), "critical")


def _latency(rng: random.Random, model: FraudModel, day: date) -> float:
    slow_day = 2.5 if zlib.crc32(f"{day}".encode()) % 30 == 0 else 1.0
    return round(model.latency_ms * slow_day * math.exp(rng.gauss(0, 0.35)), 1)


def _is_blocked(rng: random.Random, order: Order, outcome: str) -> bool:
    if outcome == "review":
        return rng.random() < (_CAUGHT_IN_REVIEW if order.fraudulent else _REFUSED_IN_REVIEW)
    return outcome == "decline"
