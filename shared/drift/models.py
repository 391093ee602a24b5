"""Models of the drift routes; fields and objects added to the contract start with "Added:" in their description."""

from typing import Literal

from pydantic import Field

from shared.drift.baseline import BaselineSource
from shared.runtime.models import CamelModel, Optional, Timestamp

FEWEST_DECISIONS = 100
DETECTED, MEDIUM, HIGH = 0.1, 0.2, 0.25


class DriftBaseline(CamelModel):
    """Added: what decisions are compared with."""

    source: BaselineSource = Field(
        description="`requested`: frozen with `POST /analytics/drift/baselines`. `automatic`: frozen by the platform, "
        "the first 14 full UTC days of the model version with at least 5 000 decisions in them. `preceding`: the "
        "equally long range just before, until one of the others is frozen."
    )
    model_version: str | None = Field(description="Version of the model; null without any decisions.")
    start_date: Timestamp = Field(description="Start of its range, inclusive.")
    end_date: Timestamp = Field(description="End of its range, exclusive.")
    id: Optional[str] = Field(description="Id of a frozen baseline.", examples=["5f2b0c8d9e1a4b37-1"])
    version: Optional[int] = Field(description="Number of a frozen baseline among those of its model version, from 1.")
    decisions: Optional[int] = Field(description="Decisions in a frozen baseline, both halves.")
    created_at: Optional[Timestamp] = Field(description="When it was frozen.")
    created_by: Optional[str] = Field(description="Who froze it; absent for the platform.")


class DriftBaselinesResponse(CamelModel):
    """A page of frozen baselines."""

    baselines: list[DriftBaseline] = Field(description="The baselines, the oldest first.")
    total: int = Field(ge=0, description="Number of baselines that match.")


class DriftBin(CamelModel):
    """Added: a bin of the values of a feature."""

    name: str = Field(
        description="The range of numbers (within 1 %), the value, `(other n)` for values that are not among the 50 "
        "commonest, by hash, `(hash n)` for those of a feature with more than 1 000 texts, `(never seen)`, "
        "`(no number)` or `(missing)`."
    )
    from_: Optional[float] = Field(alias="from", description="Lower bound of a bin of numbers, exclusive.")
    to: Optional[float] = Field(description="Upper bound of a bin of numbers, inclusive.")
    baseline_share: float = Field(
        description="Share of the baseline: (count + 0.5) ÷ (m + 0.5 B), with B bins that are not empty on both sides.",
        ge=0,
        le=1,
    )
    share: float = Field(description="Share of the range: (count + 0.5) ÷ (n + 0.5 B).", ge=0, le=1)
    contribution: float = Field(
        ge=0, description="Its part of the PSI: (share - baselineShare) x ln(share ÷ baselineShare)."
    )


class DriftPoint(CamelModel):
    """Added: the PSI of a day."""

    timestamp: Timestamp = Field(description="Start of the UTC day; the first may be cut by the range.")
    psi: float = Field(ge=0, description="PSI of the decisions of the day against the baseline.")


class DriftMetric(CamelModel):
    """The drift of one feature."""

    feature_name: str = Field(description="Name of the feature.", examples=["transaction_amount"])
    psi: float = Field(
        ge=0,
        description="Population stability index: Σ (c - r) ln(c ÷ r) over bins, with c the share of the range and r "
        "that of the baseline. The bins are chosen on one half of the baseline and r is that of the other half, so "
        "that choosing bins raises no alarm.",
        examples=[0.32],
    )
    kl_divergence: float = Field(
        ge=0,
        description="Kullback-Leibler divergence of the range from the baseline: Σ c ln(c ÷ r), in nats.",
        examples=[0.15],
    )
    drift_detected: bool = Field(
        description="Whether psi is at least 0.1 and above `criticalValue`. False with `insufficientData`."
    )
    drift_severity: Literal["none", "low", "medium", "high"] = Field(
        description="`none` below 0.1, `low` below 0.2, `medium` below 0.25, else `high`; `none` if no "
        "drift is detected."
    )
    critical_value: float | None = Field(
        description="Added: the PSI that chance exceeds in 5 % of answers: (1/n + 1/m) times the quantile of χ² with "
        "B - 1 degrees of freedom at the level 1 - 0.05 ÷ features asked. Null without decisions on either side."
    )
    insufficient_data: bool = Field(
        description=f"Added: whether the range or the reference half has fewer than {FEWEST_DECISIONS} decisions."
    )
    count: int = Field(ge=0, description="Added: decisions of the model version in the range (n).")
    baseline_count: int = Field(ge=0, description="Added: decisions in the reference half of the baseline (m).")
    bins: list[DriftBin] = Field(description="Added: the bins that are not empty on both sides.")
    history: list[DriftPoint] = Field(description="Added: the PSI of each UTC day with decisions.")
    attribution_share: float | None = Field(
        description="Added: share of the feature in the sum over all features of the mean magnitude of attributions in "
        "the range; null without attributions.",
    )
    baseline: DriftBaseline = Field(description="Added: what the range is compared with.")


class _Judged(CamelModel):
    """What an answer is about."""

    start_date: Timestamp = Field(description="Added: start of the range.")
    end_date: Timestamp = Field(description="Added: end of the range.")
    model_version: str | None = Field(
        description="Added: the version of the model that is judged, by default that with most decisions of the range; "
        "only its decisions count. Null without any decisions."
    )
    decisions: int = Field(ge=0, description="Added: its decisions in the range.")
    baseline: DriftBaseline = Field(description="Added: what the range is compared with.")
    data_freshness: Timestamp = Field(
        description="Added: every live source of decisions has delivered up to this time; "
        "1970-01-01T00:00:00Z without any."
    )
    provisional: bool = Field(
        description="Added: whether the range extends past `dataFreshness`, or rows for it are accepted but not merged "
        "yet, or it has decisions that were not compared yet with those received before the identity horizon."
    )


class DriftResponse(_Judged):
    """The drift of features."""

    drift_metrics: list[DriftMetric] = Field(description="The features asked for, the highest PSI first.")


class QualityMetrics(CamelModel):
    """The quality of the features of decisions."""

    null_rate: float | None = Field(
        description="Missing values ÷ (decisions x features); null without decisions.", examples=[0.02]
    )
    schema_conformant: bool = Field(
        description="Whether no feature is unknown to the baseline and all values have the type that it expects."
    )
    label_delay_hours: float | None = Field(
        description="Median hours from a decision to its first fraud label, within the maturity horizon: of the "
        "decisions that are at least as old, if they have 50 such labels; otherwise the product-limit estimate for "
        "right-truncated delays (Lagakos et al. 1988) from all decisions of the range, as young ones can only show "
        "short delays. Null with fewer than 50 labels.",
        examples=[48.5],
    )
    range_violations: int = Field(
        ge=0, description="Numbers below the lowest or above the highest one of the baseline, within 1 %.", examples=[0]
    )
    truncated: bool | None = Field(
        description="Added: whether `labelDelayHours` is the estimate from truncated delays; null if it is null."
    )


class FeatureQuality(CamelModel):
    """Added: the quality of one feature."""

    feature_name: str = Field(description="Name of the feature.")
    null_rate: float | None = Field(description="Decisions without it ÷ decisions; null without decisions.")
    type_conformance: float | None = Field(
        description="Share of its values that have the type of 99 % of the baseline's, or any of its types if none is "
        "as frequent. Null without values, or if the baseline does not have the feature."
    )
    unseen_rate: float | None = Field(
        description="Share of its values that do not occur in the baseline. Null for numbers, without values, if the "
        "baseline does not have the feature, or if it has more than 1 000 texts."
    )
    range_violations: int = Field(ge=0, description="Numbers outside the range of the baseline, within 1 %.")
    in_baseline: bool = Field(description="Whether the baseline has the feature.")


class DriftDataQualityResponse(_Judged):
    """The quality of the features of decisions."""

    quality_metrics: QualityMetrics = Field(description="Figures over all features asked for.")
    features: list[FeatureQuality] = Field(description="Added: figures by feature, in the order of their names.")
