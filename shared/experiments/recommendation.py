"""What the results of an experiment suggest to do, and why. Pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.experiments.gates import LEAST_P_VALUE, failed, gates
from shared.experiments.result_models import Recommendation

if TYPE_CHECKING:
    from shared.experiments.findings import Findings

MOST_CROSSED = 0.01
LARGEST_GAP = 0.1
"""The largest difference between variants of the share of flagged decisions with labels."""


def recommend(findings: "Findings") -> tuple[Recommendation, list[str]]:
    """Return the first recommendation that applies, with its reasons."""
    rules = {
        Recommendation.UNHEALTHY: _unhealthy,
        Recommendation.ROLLBACK: _harmful,
        Recommendation.SHIP: _shippable,
        Recommendation.REVIEW: _doubtful,
    }
    for recommendation, rule in rules.items():
        reasons = list(rule(findings))
        if reasons:
            return recommendation, reasons
    return Recommendation.CONTINUE, ["No variant is conclusively better or worse by the primary metric yet"]


def _unhealthy(findings: "Findings") -> Iterator[str]:
    ratio, crossed = findings.sample_ratio, findings.crossed_share
    if ratio is not None and ratio.p_value < LEAST_P_VALUE:
        yield f"Units are not assigned in the shares of the allocations (p = {ratio.p_value:.2g})"
    if crossed is not None and crossed > MOST_CROSSED:
        yield f"{crossed:.1%} of the units were seen in several variants"


def _harmful(findings: "Findings") -> Iterator[str]:
    for variant in findings.experiment.challengers:
        gain = findings.primary_gain(variant.id)
        if gain is not None and gain.high < 0:
            yield f"{variant.id}: {findings.experiment.primary_metric} is conclusively worse than that of the control"
        for guardrail in findings.experiment.guardrails:
            harm = findings.harm_of(variant.id, guardrail)
            if harm is not None and harm.low > guardrail.maximum_harm:
                yield f"{variant.id}: {guardrail.metric} is worse by more than {guardrail.maximum_harm:g}"


def _shippable(findings: "Findings") -> Iterator[str]:
    shippable = [each.id for each in findings.experiment.challengers if not failed(gates(findings, each.id))]
    for variant_id in shippable:
        yield f"{variant_id}: passes all gates of promotion"
    if shippable:
        yield from _coverage_gap(findings)


def _doubtful(findings: "Findings") -> Iterator[str]:
    for variant in findings.experiment.challengers:
        missed = failed(gates(findings, variant.id))
        if missed and "primary" not in missed:
            metric = findings.experiment.primary_metric
            yield f"{variant.id}: {metric} is conclusively better, but gates are not passed: {', '.join(missed)}"
    yield from _coverage_gap(findings)


def _coverage_gap(findings: "Findings") -> Iterator[str]:
    found = {each.id: findings.flagged_coverage(each.id) for each in findings.experiment.variants}
    known = {name: each for name, each in found.items() if each is not None}
    if known and max(known.values()) - min(known.values()) > LARGEST_GAP:
        shares = ", ".join(f"{name} {each:.0%}" for name, each in known.items())
        yield f"The share of flagged decisions with labels differs between variants: {shares}"
