"""The unit of the attributions of a decision: on which scale they add up to its score."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

TOLERANCE = Decimal("0.000001")
"""Maximum distance between a score and what its attributions add up to; scores are often stored with 8 digits."""


class Unit(StrEnum):
    """The scale on which attributions add up to the score."""

    PROBABILITY = "probability"
    LOG_ODDS = "log_odds"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Addition:
    """What a base and attributions add up to, and how far that is from the score.

    `sum` and `residual` are None if they exceed the range of floats.
    """

    sum: float | None
    unit: Unit
    residual: float | None


def add_up(base: float, contributions: Iterable[float], score: float) -> Addition:
    """Add attributions to their base and find the unit in which the sum is the score.

    Args:
        base: the score before all attributions, in the unit of the attributions.
        contributions: signed, one for each feature.
        score: a probability, 0 to 1.
    """
    total = _sum(base, contributions)
    if total is None:
        return Addition(None, Unit.UNKNOWN, None)
    for unit, modelled in ((Unit.PROBABILITY, total), (Unit.LOG_ODDS, logistic(total))):
        if abs(score - modelled) <= TOLERANCE:
            return Addition(total, unit, score - modelled)
    return Addition(total, Unit.UNKNOWN, score - total)


def logistic(log_odds: float) -> float:
    """Return the probability for log odds: 1 ÷ (1 + e^-x), without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)


def _sum(base: float, contributions: Iterable[float]) -> float | None:
    try:
        total = math.fsum((base, *contributions))
    except OverflowError:
        return None
    return total if math.isfinite(total) else None
