"""Builds the answers of the drift routes from comparisons. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from shared.drift.baseline import Baseline
from shared.drift.comparison import Comparison, FeatureComparison
from shared.drift.models import (
    DETECTED,
    FEWEST_DECISIONS,
    HIGH,
    MEDIUM,
    DriftBaseline,
    DriftBin,
    DriftMetric,
    DriftPoint,
    FeatureQuality,
    QualityMetrics,
)
from shared.runtime.errors import FieldError, InvalidRequest
from shared.statistics.divergences import BinShares, critical_value, divergence
from shared.statistics.truncated_delays import MedianDelay

_HOUR = 3600


def asked_features(comparison: Comparison, names: Sequence[str]) -> Sequence[FeatureComparison]:
    """Return the features asked for, or all.

    Raises:
        InvalidRequest: neither the range nor the baseline has a feature; without any decisions none is unknown.
    """
    known = {each.name: each for each in comparison.features}
    unknown = [name for name in names if name not in known]
    if unknown and (comparison.decisions or comparison.baseline_decisions):
        errors = [
            FieldError("featureNames", "unknown feature; `known` lists those there are", name) for name in unknown
        ]
        raise InvalidRequest("Request validation failed", field_errors=errors, details={"known": list(known)})
    return [known[name] for name in names if name in known] if names else comparison.features


def drift_metrics(comparison: Comparison, asked: Sequence[FeatureComparison]) -> list[DriftMetric]:
    """Judge features, the highest PSI first."""
    judged = (_judge(comparison, each, len(asked)) for each in asked)
    return sorted(judged, key=lambda each: (-each.psi, each.feature_name))


def _judge(comparison: Comparison, feature: FeatureComparison, features: int) -> DriftMetric:
    n, m = comparison.decisions, comparison.reference
    found = divergence(
        {place: each.current for place, each in enumerate(feature.bins)},
        {place: each.reference for place, each in enumerate(feature.bins)},
    )
    critical = critical_value(n, m, len(found.bins), features)
    is_short = min(n, m) < FEWEST_DECISIONS
    is_detected = not is_short and critical is not None and found.psi >= DETECTED and found.psi > critical
    return DriftMetric(
        feature_name=feature.name,
        psi=found.psi,
        kl_divergence=found.kl,
        drift_detected=is_detected,
        drift_severity=_severity(found.psi) if is_detected else "none",
        critical_value=critical,
        insufficient_data=is_short,
        count=n,
        baseline_count=m,
        bins=_bins(feature, found.bins),
        history=[DriftPoint(timestamp=datetime.combine(day, time(), UTC), psi=psi) for day, psi in feature.history],
        attribution_share=feature.attribution_share,
        baseline=baseline_model(comparison.baseline),
    )


def _severity(psi: float) -> str:
    return "high" if psi >= HIGH else "medium" if psi >= MEDIUM else "low"


def _bins(feature: FeatureComparison, shares: Mapping[int, BinShares]) -> list[DriftBin]:
    return [
        DriftBin(
            name=feature.bins[place].name,
            from_=feature.bins[place].low,
            to=feature.bins[place].high,
            baseline_share=share.reference,
            share=share.current,
            contribution=max(0.0, share.contribution),
        )
        for place, share in sorted(shares.items())
    ]


def quality_metrics(
    comparison: Comparison, asked: Sequence[FeatureComparison], delay: MedianDelay | None
) -> QualityMetrics:
    """Sum up the quality of features; without a baseline, none is unknown to it."""
    cells = comparison.decisions * len(asked)
    values = sum(each.quality.values for each in asked)
    return QualityMetrics(
        null_rate=max(0, cells - values) / cells if cells else None,
        schema_conformant=not comparison.baseline_decisions or all(map(_conforms, asked)),
        label_delay_hours=None if delay is None else delay.seconds / _HOUR,
        range_violations=sum(each.quality.out_of_range for each in asked),
        truncated=None if delay is None else delay.truncated,
    )


def _conforms(feature: FeatureComparison) -> bool:
    quality = feature.quality
    return not quality.values or (quality.is_known and quality.conforming == quality.values)


def feature_quality(comparison: Comparison, feature: FeatureComparison) -> FeatureQuality:
    """Return the quality of a feature."""
    quality, decisions = feature.quality, comparison.decisions
    return FeatureQuality(
        feature_name=feature.name,
        null_rate=max(0, decisions - quality.values) / decisions if decisions else None,
        type_conformance=_share(quality.conforming, quality.values),
        unseen_rate=_share(quality.unseen, quality.values),
        range_violations=quality.out_of_range,
        in_baseline=quality.is_known,
    )


def _share(part: int | None, whole: int) -> float | None:
    return None if part is None or not whole else part / whole


def baseline_model(baseline: Baseline) -> DriftBaseline:
    """Return a baseline as answers have it."""
    return DriftBaseline(
        source=baseline.source,
        model_version=baseline.model_version,
        start_date=baseline.start,
        end_date=baseline.end,
        id=baseline.baseline_id,
        version=baseline.version,
        decisions=baseline.decisions,
        created_at=baseline.created_at,
        created_by=baseline.created_by,
    )
