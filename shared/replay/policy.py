"""The policy under which decisions were recorded: the thresholds of each version of the rules. Pure."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from shared.runtime.models import CamelModel

_Threshold = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None


class PolicyThresholds(CamelModel):
    """Two thresholds of the score; one that is null is never reached."""

    fraud_threshold: _Threshold = Field(
        alias="fraud_threshold", description="Scores from here on are declined; null if none is."
    )
    review_threshold: _Threshold = Field(
        alias="review_threshold",
        description="Lower scores from here on are reviewed; null, or above the other one, if none is.",
    )


class RulePolicy(CamelModel):
    """The thresholds of one version of the rules."""

    rule_version: str | None = Field(description="Version of the rules; null for decisions without one.")
    thresholds: PolicyThresholds = Field(description="Its thresholds.")
    inferred: bool = Field(
        description="Whether they are inferred from the decisions of the window: the lowest score that was declined, "
        "and the lowest that was reviewed. False if they are registered."
    )


class ObservedRules(CamelModel):
    """What the decisions of the window show of one version of the rules."""

    rule_version: str | None = Field(description="Version of the rules.")
    lowest_declined: float | None = Field(description="Lowest score that was declined.")
    lowest_reviewed: float | None = Field(description="Lowest score that was reviewed.")


def policy_of(observed: Iterable[ObservedRules], registered: Mapping[str, PolicyThresholds]) -> tuple[RulePolicy, ...]:
    """Return the thresholds of each observed version of the rules, registered ones where there are any, by name."""
    found = (_of(each, registered) for each in observed)
    return tuple(sorted(found, key=lambda each: (each.rule_version is not None, each.rule_version or "")))


def _of(observed: ObservedRules, registered: Mapping[str, PolicyThresholds]) -> RulePolicy:
    version = observed.rule_version
    if version is not None and version in registered:
        return RulePolicy(rule_version=version, thresholds=registered[version], inferred=False)
    inferred = PolicyThresholds(fraud_threshold=observed.lowest_declined, review_threshold=observed.lowest_reviewed)
    return RulePolicy(rule_version=version, thresholds=inferred, inferred=True)
