"""The answer to a question about quality, as contract C 4.1 names it; what it adds is said to be added."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.ingestion.models import SourceId
from shared.quality.checks import Dimension
from shared.quality.rules import POOR_WEIGHTS
from shared.quality.trend import SMALLEST_CHANGE, Trend
from shared.records.schema import DataType
from shared.runtime.models import Model, Timestamp
from shared.statistics.monotony import FEWEST_POINTS

Score = Annotated[float, Field(ge=0, le=100, description="0 to 100, to 2 places, rounded down.", examples=[97.31])]


class CheckType(StrEnum):
    """The checks that the contract names."""

    COMPLETENESS = Dimension.COMPLETENESS.value
    ACCURACY = Dimension.ACCURACY.value
    CONSISTENCY = Dimension.CONSISTENCY.value
    VALIDITY = Dimension.VALIDITY.value


class Severity(StrEnum):
    """What an issue takes off the overall score: 5 points or more, 1 point or more, less."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class QualityCheck(Model):
    """One of the four checks that the contract names."""

    check_type: CheckType
    passed: bool = Field(description="Whether its score reaches the minimum that is asked of the source and type.")
    score: Score
    details: str = Field(examples=["2 of 10000 rows failed: discount_within_amount 2 of 4711"])


class NamedCheck(Model):
    """One named check: the rows that it looked at, and those that failed it."""

    name: str = Field(examples=["discount_within_amount"])
    checked: int
    failed: int


class DimensionReport(Model):
    """One of the six dimensions with everything that its score is computed from."""

    dimension: Dimension
    score: Score
    checked: int = Field(description="Rows looked at; of completeness, values.")
    failed: int = Field(description="Those that failed, however many of the checks they failed.")
    wrong: int = Field(description="Those of them that are wrong, and not only poor.")
    poor_weight: float = Field(description="How much of its share a row costs that is poor; a wrong one costs it all.")
    checks: list[NamedCheck]


class QualityIssue(Model):
    """One kind of bad rows."""

    issue_type: str = Field(description="Dimension and check.", examples=["validity.quantity:type"])
    severity: Severity
    count: int = Field(description="Rows that have it.")
    sample_records: list[str] = Field(
        description="Up to three: the delivery, and the shape of the values (letters as x, digits as 9).",
        examples=[["batch-01a2010b2332b30fda2d539c8797 row 17: quantity=xxx"]],
    )
    suggested_action: str


class QualityReport(Model):
    """How good what one source delivered of one type was."""

    report_id: str = Field(description="The same for the same source, type and range.")
    source_id: SourceId
    data_type: DataType
    quality_score: Score
    checks_performed: list[QualityCheck] = Field(description="Those of the contract's four that looked at anything.")
    issues_found: list[QualityIssue] = Field(description="The most costly first.")
    generated_at: Timestamp
    dimensions: list[DimensionReport] = Field(
        description="Added: all six dimensions, uniqueness and timeliness included, with the rows behind them."
    )
    rows: int = Field(description="Added: rows received.")


_WEIGHTS = ", ".join(f"{name} {float(weight):g}" for name, weight in POOR_WEIGHTS.items() if weight)


class DataQualityReportsResponse(Model):
    """Reports by source and type, and all of them together."""

    reports: list[QualityReport]
    overall_score: Score = Field(
        description="100, less for each dimension the share of its rows that are wrong, and the share of those that "
        f"are only poor times a weight ({_WEIGHTS}). Of all rows received; 100 where there were none."
    )
    trend: Trend = Field(
        description=f"By daily overall scores without the last day: `stable` unless there are {FEWEST_POINTS} days "
        "before it, their order is significant (Mann-Kendall, 5 %), and their Theil-Sen slope comes to "
        f"{SMALLEST_CHANGE:g} point or more over them."
    )
