"""The fraud engine's models: logistic over centred, squashed features, so that every score explains itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Features: TypeAlias = "dict[str, float | bool | str]"
"""What was observed about an order; what could not be is left out."""

_SQUASHED = ("account_age_days", "amount", "device_age_days", "shipping_distance_km")
_CENTRES = {
    "amount": 4.5,
    "amount_to_usual": 1.0,
    "account_age_days": 6.0,
    "device_age_days": 4.6,
    "orders_last_24h": 0.3,
    "failed_payments_1h": 0.1,
    "shipping_distance_km": 3.0,
    "is_night": 0.2,
    "address_matches": 0.9,
}


@dataclass(frozen=True, slots=True)
class FraudModel:
    """A version of the model."""

    version: str
    base_value: float
    weights: Mapping[str, float]
    latency_ms: float

    def attribute(self, features: Features) -> dict[str, float]:
        """Split the log odds above the base value into one part per feature that was observed."""
        return {
            name: round(weight * (_normalize(name, features[name]) - _CENTRES[name]), 6)
            for name, weight in self.weights.items()
            if name in features
        }

    def score(self, attributions: Mapping[str, float]) -> float:
        """Turn log odds into the probability of fraud: 1 / (1 + exp(-(base + sum of attributions)))."""
        return 1 / (1 + math.exp(-self.base_value - sum(attributions.values())))


def _normalize(name: str, value: float | str) -> float:
    number = float(value)
    return math.log1p(number) if name in _SQUASHED else number


FIRST_MODEL = FraudModel(
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
)
LATER_MODEL = FraudModel(
    "lr-4",
    -3.9,
    {
        "amount": 0.25,
        "amount_to_usual": 0.90,
        "account_age_days": -0.40,
        "device_age_days": -0.60,
        "orders_last_24h": 0.85,
        "failed_payments_1h": 1.20,
        "shipping_distance_km": 0.60,
        "is_night": 0.40,
        "address_matches": -0.80,
    },
    47.0,
)
"""It weighs one more feature, and its scores lie higher: the thresholds mean something else than before."""
