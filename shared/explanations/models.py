"""Models of explanations in the API."""

from enum import StrEnum

from pydantic import Field

from shared.explanations.units import Unit
from shared.fraud.cohort_ids import Dimension
from shared.runtime.models import CamelModel, Timestamp

_IMPORTANCE = "null if all contributions are 0"


class Direction(StrEnum):
    """Whether a contribution raises the score, lowers it, or neither."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Attribution(CamelModel):
    """The contribution of one feature to the score of a decision."""

    feature: str = Field(description="Name of the feature.")
    value: int | float | str | bool | None = Field(
        description="Value of the feature, with the type in which it was stored: number, text or boolean; null if the "
        "decision was stored with an attribution, but without a value of this feature."
    )
    contribution: float = Field(description="Signed contribution to the score, in `unit`, as stored.")
    importance: float | None = Field(
        description=f"|contribution| ÷ Σ |contribution| over all attributions, 0 to 1; {_IMPORTANCE}."
    )
    direction: Direction = Field(description="`up` if contribution > 0, `down` if contribution < 0, `none` at 0.")


class FeatureAttribution(CamelModel):
    """Why a decision has its score: exactly what was stored with it."""

    decision_id: str = Field(description="Id of the decision.")
    timestamp: Timestamp = Field(description="Added: time of the decision.")
    score: float = Field(description="Added: score of the decision, a probability from 0 to 1.")
    outcome: str = Field(description="Added: decision taken: `approve`, `review` or `decline`.")
    model_version: str | None = Field(description="Added: version of the model; null if none was stored.")
    base_value: float | None = Field(
        description="Added: score before all attributions, in `unit`. null if none was stored; it then counts as 0."
    )
    unit: Unit = Field(
        description="Added: scale of `baseValue` and contributions. `probability` if |score - (baseValue + "
        "Σ contribution)| ≤ 10^-6; else `log_odds` if |score - 1 ÷ (1 + e^-(baseValue + Σ contribution))| ≤ 10^-6; "
        "else `unknown`."
    )
    attributions: list[Attribution] = Field(
        description="One for each feature with an attribution, by |contribution|, largest first, then by name."
    )
    sum: float | None = Field(
        description="Added: baseValue + Σ contribution, in `unit`; null if it exceeds the range of numbers."
    )
    residual: float | None = Field(
        description="Added: score - `sum` in the units `probability` and `unknown`; score - 1 ÷ (1 + e^-`sum`) in "
        "`log_odds`; null without `sum`."
    )
    exact: bool = Field(description="Added: whether the attributions add up to the score, so that `unit` is known.")
    frozen_at: Timestamp = Field(
        description="Added: when the platform received this version of the decision; its attributions are not computed "
        "anew since."
    )


class TopDriver(CamelModel):
    """What one feature contributes to the scores of a cohort.

    A mean is over all decisions that are compared; a decision without an attribution of the feature counts as 0.
    """

    feature: str = Field(description="Name of the feature.")
    contribution: float = Field(
        description="Mean signed contribution over the decisions of the cohort: Σ contribution ÷ `decisions`, in "
        "`unit`."
    )
    importance: float | None = Field(
        description="Mean |contribution| of the feature ÷ Σ over all features of their mean |contribution|, in the "
        f"cohort, 0 to 1; {_IMPORTANCE}."
    )
    rest_contribution: float | None = Field(
        description="Added: mean signed contribution over the other decisions of the range: Σ contribution ÷ "
        "`restDecisions`; null if there are none."
    )
    difference: float | None = Field(
        description="Added: `contribution` - `restContribution`; null without other decisions."
    )
    interval: tuple[float, float] | None = Field(
        description="Added: 95 % confidence interval of `difference` by Welch: difference ± t(0.975, f) · √(s²/n + "
        "r²/m), with the sample variances s² and r² of n = `decisions` and m = `restDecisions` contributions and f = "
        "(s²/n + r²/m)² ÷ ((s²/n)²/(n - 1) + (r²/m)²/(m - 1)) (Welch 1947). null if either side has fewer than 2 "
        "decisions."
    )
    outcome_gap: float | None = Field(
        description="Added: share of the gap between the scores of the cohort and those of the rest: difference ÷ "
        "Σ difference over all features; null if the differences cancel out or there are no other decisions."
    )


class ExcludedDecisions(CamelModel):
    """Decisions that no mean includes."""

    other_units: int = Field(description="Decisions of the cohort whose attributions have another unit.")
    without_attributions: int = Field(description="Decisions of the cohort that have no attributions.")
    rest_other_units: int = Field(description="Other decisions of the range whose attributions have another unit.")
    rest_without_attributions: int = Field(description="Other decisions of the range that have no attributions.")


class TopDriversResponse(CamelModel):
    """The features that drive the scores of a cohort, compared with the rest of its range."""

    cohort_id: str = Field(description="Id of the cohort.")
    top_drivers: list[TopDriver] = Field(description="Features by `importance`, highest first, then by name.")
    dimension: Dimension = Field(description="Added: dimension of the cohort.")
    name: str = Field(description="Added: value of the dimension, or `(none)` for decisions without one.")
    start_date: Timestamp = Field(description="Added: start of the range, inclusive.")
    end_date: Timestamp = Field(description="Added: end of the range, exclusive.")
    unit: Unit = Field(
        description="Added: unit of the contributions: the commonest of the cohort, found for each decision as in "
        "GET /analytics/explain/{decisionId}. On a tie `probability` precedes `log_odds`, and that `unknown`."
    )
    decisions: int = Field(description="Added: decisions of the cohort in this unit: those that the means are over.")
    rest_decisions: int = Field(
        description="Added: other decisions of the range in this unit: those that the cohort is compared with."
    )
    excluded: ExcludedDecisions = Field(description="Added: decisions that no mean includes.")
