"""Models of the data quality route; fields added to the contract start with "Added:" in their description."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.quality.checks import QualityDimension
from shared.quality.rules import POOR_WEIGHTS
from shared.quality.trend import SMALLEST_CHANGE, Trend
from shared.records.ids import SourceId
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, Timestamp
from shared.statistics.trend_tests import FEWEST_POINTS

Score = Annotated[
    float, Field(ge=0, le=100, description="Score from 0 to 100, rounded down to 2 places.", examples=[97.31])
]


class CheckType(StrEnum):
    """The types of check."""

    COMPLETENESS = QualityDimension.COMPLETENESS.value
    ACCURACY = QualityDimension.ACCURACY.value
    CONSISTENCY = QualityDimension.CONSISTENCY.value
    VALIDITY = QualityDimension.VALIDITY.value


class Severity(StrEnum):
    """How much an issue reduces the overall score: `high` 5 points or more, `medium` 1 or more, `low` less.

    `id_shared_between_sources` does not change the score and is always `high`.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class QualityCheck(Model):
    """The result of one type of check."""

    check_type: CheckType = Field(description="Type of the check.")
    passed: bool = Field(description="Whether the score reaches the minimum configured for the source and data type.")
    score: Score
    details: str = Field(
        description="Rows that failed, by check.", examples=["2 of 10000 rows failed: discount_within_amount 2 of 4711"]
    )


class NamedCheck(Model):
    """The counts of one named check."""

    name: str = Field(description="Name of the check.", examples=["discount_within_amount"])
    checked: int = Field(description="Rows checked.")
    failed: int = Field(description="Rows that failed.")


class DimensionReport(Model):
    """One quality dimension and the counts behind its score."""

    dimension: QualityDimension = Field(description="The dimension.")
    score: Score
    checked: int = Field(description="Rows checked; for completeness, values.")
    failed: int = Field(description="Rows that failed at least one check.")
    wrong: int = Field(description="Failed rows with an error, as opposed to a warning (`poor`).")
    poor_weight: float = Field(description="Weight of a poor row in the score, relative to a wrong row.")
    checks: list[NamedCheck] = Field(description="The checks of the dimension.")


class QualityIssue(Model):
    """One kind of defect, with the number of rows that have it."""

    issue_type: str = Field(
        description="The dimension and the check, separated by a dot; or `id_shared_between_sources`: records have the "
        "id of a record of another source, with other values, so that one replaces the other.",
        examples=["validity.quantity:type"],
    )
    severity: Severity = Field(
        description="Effect on the overall score; `id_shared_between_sources` has none and is `high`."
    )
    count: int = Field(description="Number of rows with the defect.")
    sample_records: list[str] = Field(
        description="Up to three samples: the delivery and the masked values (letters as x, digits as 9).",
        examples=[["batch-01a2010b2332b30fda2d539c8797 row 17: quantity=xxx"]],
    )
    suggested_action: str = Field(description="How to fix the cause.")


class QualityReport(Model):
    """Quality of the data of one type from one source."""

    report_id: str = Field(description="Id of the report; identical for the same source, type and range.")
    source_id: SourceId
    data_type: DataType = Field(description="Type of the records.")
    quality_score: Score
    checks_performed: list[QualityCheck] = Field(description="The checks that applied to at least one row.")
    issues_found: list[QualityIssue] = Field(description="Defects by descending effect on the score.")
    generated_at: Timestamp = Field(description="Time of the report.")
    dimensions: list[DimensionReport] = Field(
        description="Added: all six dimensions, including uniqueness and timeliness, with their counts."
    )
    rows: int = Field(description="Added: rows received.")


_WEIGHTS = ", ".join(f"{name} {float(weight):g}" for name, weight in POOR_WEIGHTS.items() if weight)


class DailyScore(Model):
    """The overall quality score of the rows received on one day."""

    day: date = Field(description="Day of receipt, UTC.")
    overall_score: Score = Field(description="Overall score of the rows of the day.")
    rows: int = Field(description="Rows received.")


class DataQualityReportsResponse(Model):
    """Quality reports by source and data type, with an overall score."""

    reports: list[QualityReport] = Field(
        description="One report per source and data type, by default in this order; with `size`, those of one page."
    )
    totalElements: Optional[int] = Field(default=None, description="Number of reports; only with `size`.")  # noqa: N815 # as in every page
    totalPages: Optional[int] = Field(default=None, description="Number of pages; only with `size`.")  # noqa: N815 # as above
    overall_score: Score | None = Field(
        description="100 minus, for each dimension, the share of wrong rows and the weighted share of rows that "
        f"are only poor (weights: {_WEIGHTS}). Computed over all rows received; null if there were none."
    )
    trend: Trend = Field(
        description=f"Trend of the daily overall scores before the last day: `stable` unless there are {FEWEST_POINTS} "
        "days or more, the trend is significant (Mann-Kendall, 5 %), and the Theil-Sen slope amounts to "
        f"{SMALLEST_CHANGE:g} point or more over the period."
    )
    daily: list[DailyScore] = Field(
        description="Added: overall scores by day, oldest first; days without rows are omitted."
    )
