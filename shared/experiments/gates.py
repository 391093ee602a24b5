"""The gates of promotion: what a variant must have shown before it becomes the policy. Pure."""

from typing import TYPE_CHECKING, Any

from shared.experiments.result_models import PromotionGate
from shared.statistics.confidence_sequences import SIGNIFICANCE

if TYPE_CHECKING:
    from shared.experiments.findings import Findings

LEAST_P_VALUE = 0.001
LEAST_COVERAGE = 0.8

VARIANT, SAMPLE_RATIO = "variant", "sampleRatio"
OVERRIDABLE = ("duration", "units", "labelCoverage", "primary", "guardrails")
"""The gates that an administrator may override."""


def gates(findings: "Findings", variant_id: str) -> list[PromotionGate]:
    """Return all gates for a variant, passed or not; those that an unknown variant has no value for are not."""
    return [
        _variant(findings, variant_id),
        _sample_ratio(findings),
        _duration(findings),
        _units(findings, variant_id),
        _label_coverage(findings, variant_id),
        _primary(findings, variant_id),
        _guardrails(findings, variant_id),
    ]


def failed(found: list[PromotionGate]) -> list[str]:
    """Return the names of the gates that are not passed."""
    return [each.gate for each in found if not each.passed]


def _gate(gate: str, value: Any, required: Any, *, passed: bool) -> PromotionGate:
    return PromotionGate(gate=gate, passed=passed, value=value, required=required)


def _variant(findings: "Findings", variant_id: str) -> PromotionGate:
    challengers = [each.id for each in findings.experiment.challengers]
    return _gate(VARIANT, variant_id, challengers, passed=variant_id in challengers)


def _sample_ratio(findings: "Findings") -> PromotionGate:
    found = findings.sample_ratio
    value = None if found is None else found.p_value
    return _gate(SAMPLE_RATIO, value, LEAST_P_VALUE, passed=value is not None and value >= LEAST_P_VALUE)


def _duration(findings: "Findings") -> PromotionGate:
    required = findings.experiment.minimum_duration_days
    return _gate("duration", findings.days, required, passed=findings.days >= required)


def _units(findings: "Findings", variant_id: str) -> PromotionGate:
    value = min(findings.answer.arm(each).units for each in (variant_id, findings.experiment.control.id))
    required = findings.experiment.minimum_units
    return _gate("units", value, required, passed=value >= required)


def _label_coverage(findings: "Findings", variant_id: str) -> PromotionGate:
    """Both sides need labels; where no metric depends on them the gate does not apply."""
    found = [findings.label_coverage(each) for each in (variant_id, findings.experiment.control.id)]
    known = [each for each in found if each is not None]
    value = min(known) if len(known) == len(found) else None
    if not findings.needs_labels:
        return _gate("labelCoverage", value, None, passed=True)
    return _gate("labelCoverage", value, LEAST_COVERAGE, passed=value is not None and value >= LEAST_COVERAGE)


def _primary(findings: "Findings", variant_id: str) -> PromotionGate:
    """The interval is as much wider as there are variants that could be better by chance (Bonferroni)."""
    significance = SIGNIFICANCE / len(findings.experiment.challengers)
    gain = findings.primary_gain(variant_id, significance)
    required = {"metric": findings.experiment.primary_metric, "leastGainAbove": 0, "significance": significance}
    value = None if gain is None else gain.low
    return _gate("primary", value, required, passed=value is not None and value > 0)


def _guardrails(findings: "Findings", variant_id: str) -> PromotionGate:
    found = {each.metric: findings.harm_of(variant_id, each) for each in findings.experiment.guardrails}
    required = {each.metric: each.maximum_harm for each in findings.experiment.guardrails}
    values = {metric: None if harm is None else harm.low for metric, harm in found.items()}
    passed = all(value is not None and value <= required[metric] for metric, value in values.items())
    return _gate("guardrails", values, required, passed=passed)
