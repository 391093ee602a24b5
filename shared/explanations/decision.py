"""Explains the score of a stored decision by what was stored with it. Pure."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.explanations.models import Attribution, Direction, FeatureAttribution
from shared.explanations.units import Unit, add_up
from shared.records.schema import INGESTED_AT
from shared.runtime.errors import NotExplainable

EXPLAINED_BY = frozenset({"features", "attributions", "base_value", "model_version"})
"""Fields of a decision that an explanation reads and that a large decision may lack in the index."""


def explain(decision: Mapping[str, Any]) -> FeatureAttribution:
    """Return the explanation of a decision, whose times are texts or in UTC.

    Raises:
        NotExplainable: the decision has no attributions.
    """
    contributions: Mapping[str, float] = decision.get("attributions") or {}
    if not contributions:
        raise NotExplainable("The decision was stored without attributions")
    base = decision.get("base_value")
    found = add_up(base or 0.0, contributions.values(), decision["score"])
    return FeatureAttribution(
        decision_id=decision["decision_id"],
        timestamp=_moment(decision["timestamp"]),
        score=decision["score"],
        outcome=decision["outcome"],
        model_version=decision.get("model_version"),
        base_value=base,
        unit=found.unit,
        attributions=_attributions(contributions, decision.get("features") or {}),
        sum=found.sum,
        residual=found.residual,
        exact=found.unit is not Unit.UNKNOWN,
        frozen_at=_moment(decision[INGESTED_AT]),
    )


def _attributions(contributions: Mapping[str, float], features: Mapping[str, Any]) -> list[Attribution]:
    largest = max(map(abs, contributions.values()))
    # Relative to the largest, so that the sum of the largest numbers does not overflow.
    total = math.fsum(abs(each) / largest for each in contributions.values()) if largest else None
    return [
        Attribution(
            feature=feature,
            value=features.get(feature),
            contribution=contribution,
            importance=abs(contribution) / largest / total if total else None,
            direction=_direction(contribution),
        )
        for feature, contribution in sorted(contributions.items(), key=lambda each: (-abs(each[1]), each[0]))
    ]


def _direction(contribution: float) -> Direction:
    if contribution == 0:
        return Direction.NONE
    return Direction.UP if contribution > 0 else Direction.DOWN


def _moment(time: str | datetime) -> datetime:
    return datetime.fromisoformat(time) if isinstance(time, str) else time
