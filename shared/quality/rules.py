"""Quality scores by published weights, and the gate for deliveries below a minimum.

    score of a dimension = 100 * (1 - failed / checked)
    overall score        = 100 - sum over dimensions of 100 * (wrong + weight * (failed - wrong)) / checked, at least 0

A wrong row (invalid, contradictory or implausible) costs at least its full share, so a further one never raises the
score. A poor row (incomplete, late, repeated, or in conflict with others) may still be correct: all poor rows together
cost at most 30 points, so they alone never lower the score of a delivery below 70 (docs/decisions/0070).
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
        QualityDimension.VALIDITY: Fraction(0),  # every failing row is wrong
        QualityDimension.CONSISTENCY: Fraction(5, 100),
        QualityDimension.ACCURACY: Fraction(5, 100),
        QualityDimension.UNIQUENESS: Fraction(5, 100),
        QualityDimension.TIMELINESS: Fraction(5, 100),
    }
)
"""The fraction of its share of a dimension that a poor row costs; a wrong row costs its full share."""


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """The minimum score for deliveries of a source and data type, and their cadence, if known.

    Rows are on time if they arrive within the window of their data type or within the cadence, whichever is longer.
    """

    minimum: Fraction = DEFAULT_MINIMUM
    cadence: timedelta | None = None


def dimension_score(state: QualityCounts, dimension: QualityDimension) -> Fraction | None:
    """Return the score of a dimension, from 0 to 100; None if no row was checked."""
    count = state.of(dimension)
    return FULL * (count.checked - count.failed) / count.checked if count.checked else None


def deduction(dimension: QualityDimension, count: Count, checked: int) -> Fraction:
    """Return the points that failures deduct from the overall score, given the number of checked rows."""
    poor = POOR_WEIGHTS[dimension] * (count.failed - count.wrong)
    return FULL * (count.wrong + poor) / checked if checked else Fraction(0)


def deductions(state: QualityCounts) -> Mapping[QualityDimension, Fraction]:
    """Return the points that each dimension deducts from the overall score, the largest first."""
    counts = {each: state.of(each) for each in QualityDimension}
    costs = {each: deduction(each, count, count.checked) for each, count in counts.items() if count.checked}
    return dict(sorted(costs.items(), key=lambda cost: -cost[1]))


def overall_score(state: QualityCounts) -> Fraction:
    """Return the overall score, from 0 to 100; 100 without rows."""
    return max(Fraction(0), FULL - sum(deductions(state).values()))


def failed_checks(state: QualityCounts, minimum: Fraction) -> list[QualityDimension]:
    """Return the dimensions with a score below the minimum; if there are none, all that deduct points."""
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
    """Accept only rows whose overall score reaches the minimum.

    Raises:
        InsufficientDataQuality: the score is below the minimum.
    """
    refused = refusal(state, minimum)
    if refused is not None:
        raise refused


def default_requirements(_: str, __: DataType) -> Requirements:
    """Return the requirements of a source and data type without a configuration."""
    return Requirements()


def score_to_json(score: Fraction) -> float:
    """Return a score as a JSON number with at most 2 decimal places, rounded down so that it never appears too high."""
    hundredths = math.floor(score * 100)
    return hundredths / 100 if hundredths % 100 else hundredths // 100
