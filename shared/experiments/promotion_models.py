"""Models of the promotion of a variant."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from shared.experiments.requests import StrictModel
from shared.experiments.result_models import ExperimentResults, PromotionGate
from shared.runtime.checked_requests import CheckedRequest
from shared.runtime.models import CamelModel, Optional, Timestamp

_HIGHEST_HOLD_BACK = 0.2
_LONGEST_REASON = 2000
_Interval = Annotated[tuple[float, float], Field(description="Lowest and highest value.")] | None
_EXAMPLE: JsonDict = {"variantId": "treatment", "confirmation": True}


class OverrideRequest(StrictModel):
    """Why a variant is promoted although gates fail."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST_REASON)] = Field(
        description="Why; it is stored with the promotion and in the audit log."
    )


class PromotionRequest(CheckedRequest, StrictModel):
    """The variant to make the policy."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    variant_id: str = Field(description="Id of the variant, not of the control.", examples=["treatment"])
    confirmation: bool = Field(strict=True, description="Must be true.", examples=[True])
    hold_back: float = Field(
        default=0.05,
        strict=True,
        ge=0,
        le=_HIGHEST_HOLD_BACK,
        allow_inf_nan=False,
        description="Added: share of the units that stay with the control, by which the effect is measured later.",
    )
    override: OverrideRequest | None = Field(
        default=None,
        description="Added: promotes although `duration`, `units`, `labelCoverage`, `primary` or `guardrails` fail. "
        "Requires the scope `admin`, and another user than the one who created the experiment.",
    )


class MonthlyImpact(CamelModel):
    """What the variant saves in 30 days, in the reporting currency."""

    decisions: int = Field(description="Decisions of all in the last 30 days.")
    fraud_loss_prevented: float | None = Field(description="Less fraud that goes through; null if unknown.")
    false_positive_cost_saved: float | None = Field(description="Less lost and reviewed good orders; null if unknown.")
    net: float | None = Field(description="Both together.")


class ImpactEstimate(CamelModel):
    """What promotion is expected to save: (control - variant per decision) x decisions of 30 days x (1 - holdBack)."""

    metric: str = Field(description="What `interval`, `raw` and `shrunk` are about: `net`.")
    per_month: MonthlyImpact = Field(description="The savings of 30 days, not shrunk.")
    interval: _Interval = Field(
        description="Of the net savings: the interval of the experiment that holds at every look, scaled, not shrunk; "
        "null with under 10 mistakes, or other decisions, on either side."
    )
    raw: float | None = Field(description="The net savings as measured.")
    shrunk: float | None = Field(
        description="raw x max(0, 1 - V ÷ raw²), V its variance: a winner was chosen because it looked good."
    )
    assumptions: list[str] = Field(description="What the estimate rests on.")


class RealisedImpact(CamelModel):
    """What came true: the decisions since the promotion that are at least as old as the maturity horizon."""

    as_of: Timestamp = Field(description="The time up to which decisions and labels count.")
    since: Timestamp = Field(description="Time of the promotion.")
    decisions: int = Field(description="Mature decisions by the promoted variant.")
    held_back_decisions: int = Field(description="Mature decisions of the units that stayed with the control.")
    fraud_loss_prevented: float | None = Field(
        description="(control - variant per decision) x decisions of the variant."
    )
    false_positive_cost_saved: float | None = Field(description="As above.")
    net: float | None = Field(description="Both together; null without decisions on either side.")
    interval: _Interval = Field(description="Of the net savings, holds at every look; null with too few mistakes.")


class PromotionOverride(CamelModel):
    """Who promoted although gates failed, and why."""

    reason: str = Field(description="Why.")
    by: str = Field(description="Who.")
    gates: list[str] = Field(description="The gates that failed.")


class Promotion(CamelModel):
    """The promotion of a variant, with the evidence as it was then."""

    variant_id: str = Field(description="The promoted variant.")
    promoted_at: Timestamp = Field(description="Time of the promotion.")
    promoted_by: str = Field(description="Who promoted it.")
    hold_back: float = Field(description="Share of the units that stay with the control.")
    policy_version: int = Field(description="Version of the decision policy that it made.")
    gates: list[PromotionGate] = Field(description="The gates as they were.")
    override: Optional[PromotionOverride] = Field(default=None, description="Omitted if all gates were passed.")
    results: ExperimentResults = Field(description="The results as they were.")
    impact_estimate: ImpactEstimate = Field(description="What the promotion was expected to save.")
    realised_impact: Optional[RealisedImpact] = Field(
        default=None, description="What came true so far; omitted in lists and while there are no such decisions."
    )


class PromotionResponse(CamelModel):
    """A promotion."""

    status: str = Field(description="`promoted`.", examples=["promoted"])
    impact_estimate: ImpactEstimate = Field(description="What it is expected to save.")
    policy_version: int = Field(description="Added: version of the decision policy now in force.")
    gates: list[PromotionGate] = Field(description="Added: the gates.")
