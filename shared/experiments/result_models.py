"""Models of the results of experiments."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from shared.decisions.configuration import CostParameters
from shared.fraud.models import Kpis, Maturity
from shared.runtime.models import CamelModel, Timestamp

_Interval = Annotated[tuple[float, float], Field(description="Lowest and highest value.")] | None


class MetricRole(StrEnum):
    """What a metric is for in an experiment."""

    PRIMARY = "primary"
    GUARDRAIL = "guardrail"


class Recommendation(StrEnum):
    """What the results suggest to do."""

    UNHEALTHY = "unhealthy"
    ROLLBACK = "rollback"
    SHIP = "ship"
    REVIEW = "review"
    CONTINUE = "continue"


class VariantResults(CamelModel):
    """The decisions of a variant, without those of units that were seen in several variants."""

    variant_id: str = Field(description="Id of the variant.")
    decisions: int = Field(description="Number of decisions.")
    units: int = Field(description="Number of units.")
    metrics: Kpis = Field(description="KPIs over all decisions, young ones included.")
    maturity: Maturity = Field(description="How many decisions have labels.")


class VariantComparison(CamelModel):
    """A metric of a variant minus that of the control. A sum is per unit."""

    variant_id: str = Field(description="Id of the variant.")
    metric: str = Field(description="Name of the KPI.")
    role: MetricRole = Field(description="`primary` or `guardrail`.")
    units: int = Field(
        description="Added: units of both. Metrics that need labels are compared over decisions at least as old as "
        "the maturity horizon, and units that have any."
    )
    control_value: float | None = Field(description="Added: the metric of the control, over these decisions.")
    value: float | None = Field(description="Added: the metric of the variant.")
    difference: float | None = Field(description="Variant minus control; null where either has no denominator.")
    interval: _Interval = Field(
        description="Holds at every look at once (asymptotic confidence sequence, 95 %, Waudby-Smith et al. 2021; "
        "variance by the delta method over units); null where either has under 10 hits or 10 misses."
    )
    relative_lift: float | None = Field(description="Difference ÷ the control's value; null at 0.")
    asymptotic: bool = Field(default=True, description="Always true: the guarantee needs many units.")


class SampleRatioMismatch(CamelModel):
    """Whether units were assigned in the shares of the allocations."""

    chi_square: float | None = Field(description="Σ (observed - expected)² ÷ expected over units; null without any.")
    p_value: float | None = Field(description="Probability of so large a value, if the shares were as intended.")
    failed: bool = Field(description="Whether it is below 0.001: then something is wrong, and nothing else counts.")


class Crossover(CamelModel):
    """Units that were seen in several variants; they are left out of everything else."""

    units: int = Field(description="Number of units.")
    share: float | None = Field(description="Share of all units, 0 to 1; null without any.")


class ExperimentResults(CamelModel):
    """How the variants of an experiment compare."""

    as_of: Timestamp = Field(description="The time up to which decisions and labels count.")
    variants: list[VariantResults] = Field(description="The variants, in the order of the experiment.")
    comparisons: list[VariantComparison] = Field(
        description="Each variant against the control, by the primary metric and the guardrails."
    )
    sample_ratio_mismatch: SampleRatioMismatch = Field(description="Whether units were assigned as intended.")
    crossover: Crossover = Field(description="Units that were seen in several variants.")
    unassigned: int = Field(description="Added: decisions of the experiment without one of its variants; left out.")
    recommendation: Recommendation = Field(
        description="`unhealthy`: mismatch, or over 1 % of units crossed. `rollback`: the primary metric of a variant "
        "is conclusively worse, or a guardrail conclusively beyond its harm. `ship`: a variant passes all gates of "
        "promotion. `review`: the primary metric is conclusive but another gate fails, or the share of flagged "
        "decisions with labels differs by over 0.1 between variants. `continue`: none of these."
    )
    reasons: list[str] = Field(description="Why.")
    cost_parameters: CostParameters = Field(description="Added: what mistakes cost.")
    currency: str = Field(description="Added: currency of amounts.")
    excluded_from_amounts: int = Field(description="Added: decisions without an amount, or a rate for its currency.")


class PromotionGate(CamelModel):
    """A condition of promotion."""

    gate: str = Field(
        description="`variant`, `sampleRatio`, `duration`, `units`, `labelCoverage`, `primary` or `guardrails`."
    )
    passed: bool = Field(description="Whether it is met.")
    value: Any = Field(description="What was found.")
    required: Any = Field(description="What is required; null if the gate does not apply.")
