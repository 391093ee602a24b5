"""The score and the gate: what counts come to, by published weights, and what is too bad to be loaded.

    score of a dimension = 100 * (1 - failed / checked)
    overall score        = 100 - sum over dimensions of 100 * (wrong + weight * (failed - wrong)) / checked, at least 0

A row that is wrong (invalid, contradicting itself, implausible) costs at least its whole share, so that a further one
never raises the score. A row that is only poor (with gaps, late, repeated, at odds with others) is right as far as
anybody can tell: all that is poor costs at most 30 together, so that it alone never sinks a delivery below 70
(docs/decisions/0070).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from types import MappingProxyType

from shared.quality.checks import QualityDimension
from shared.quality.state import Count, QualityCounts
from shared.records.schema import DataType
from shared.runtime.errors import InsufficientDataQuality

DEFAULT_MINIMUM = Fraction(70)
FULL = Fraction(100)
POOR_WEIGHTS: Mapping[QualityDimension, Fraction] = MappingProxyType(
    {
        QualityDimension.COMPLETENESS: Fraction(10, 100),
        QualityDimension.VALIDITY: Fraction(0),  # who fails it is wrong
        QualityDimension.CONSISTENCY: Fraction(5, 100),
        QualityDimension.ACCURACY: Fraction(5, 100),
        QualityDimension.UNIQUENESS: Fraction(5, 100),
        QualityDimension.TIMELINESS: Fraction(5, 100),
    }
)
"""How much of its share of a dimension a row costs that is poor; one that is wrong costs all of it."""


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What is asked of the deliveries of a source and type: a lowest score, and how often it delivers if that is known.

    Rows are on time when they arrive within their type's window or within the cadence, whichever is longer.
    """

    minimum: Fraction = DEFAULT_MINIMUM
    cadence: timedelta | None = None


def dimension_score(state: QualityCounts, dimension: QualityDimension) -> Fraction | None:
    """The score of a dimension, from 0 to 100; None where there was nothing to check."""
    count = state.of(dimension)
    return FULL * (count.checked - count.failed) / count.checked if count.checked else None


def deduction(dimension: QualityDimension, count: Count, checked: int) -> Fraction:
    """What failures take off the overall score, of so many rows that were looked at."""
    poor = POOR_WEIGHTS[dimension] * (count.failed - count.wrong)
    return FULL * (count.wrong + poor) / checked if checked else Fraction(0)


def deductions(state: QualityCounts) -> Mapping[QualityDimension, Fraction]:
    """What each dimension takes off the overall score, the most costly first."""
    counts = {each: state.of(each) for each in QualityDimension}
    costs = {each: deduction(each, count, count.checked) for each, count in counts.items() if count.checked}
    return dict(sorted(costs.items(), key=lambda cost: -cost[1]))


def overall_score(state: QualityCounts) -> Fraction:
    """The overall score, from 0 to 100; where there are no rows nothing is taken off."""
    return max(Fraction(0), FULL - sum(deductions(state).values()))


def failed_checks(state: QualityCounts, minimum: Fraction) -> list[QualityDimension]:
    """The dimensions that score below a minimum; where none does by itself, all that cost anything."""
    costs = deductions(state)
    below = [each for each in costs if (dimension_score(state, each) or Fraction(0)) < minimum]
    return below or [each for each, cost in costs.items() if cost]


def refusal(state: QualityCounts, minimum: Fraction) -> InsufficientDataQuality | None:
    """Return the error for rows whose score is below the minimum, with score, minimum and failed checks; else None."""
    score = overall_score(state)
    if score >= minimum:
        return None
    return InsufficientDataQuality(
        "Data quality score too low for processing",
        details={
            "quality_score": score_to_json(score),
            "minimum_required": score_to_json(minimum),
            "failed_checks": [str(each) for each in failed_checks(state, minimum)],
        },
    )


def require_quality(state: QualityCounts, minimum: Fraction = DEFAULT_MINIMUM) -> None:
    """Let only rows pass whose overall score reaches the minimum.

    Raises:
        InsufficientDataQuality: it does not.
    """
    refused = refusal(state, minimum)
    if refused is not None:
        raise refused


def default_requirements(_: str, __: DataType) -> Requirements:
    """What is asked where nobody has configured a source and type."""
    return Requirements()


def score_to_json(score: Fraction) -> float:
    """A score as a JSON number of at most 2 places, rounded down: none looks better than it is."""
    hundredths = math.floor(score * 100)
    return hundredths / 100 if hundredths % 100 else hundredths // 100
