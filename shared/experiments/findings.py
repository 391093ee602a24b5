"""What is known of an experiment at a time: its definition, and comparisons of what its decisions say. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.experiments.metrics import UNIT_METRICS
from shared.experiments.vocabulary import METRICS, MetricDirection, better_direction
from shared.fraud.kpis import KPIS
from shared.statistics.confidence_sequences import SIGNIFICANCE, confidence_sequence
from shared.statistics.intervals import Interval
from shared.statistics.sample_ratios import GoodnessOfFit, goodness_of_fit

if TYPE_CHECKING:
    from shared.experiments.answers import ArmsAnswer
    from shared.experiments.models import Guardrail, StoredExperiment
    from shared.statistics.unit_ratios import UnitSums

FEWEST_HITS = 10
"""Decisions for and against a metric that both sides need for an interval."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class MetricDifference:
    """A metric of a variant and of the control; `interval` is None with too few hits or misses."""

    units: int
    control: float | None
    value: float | None
    variance: float | None
    interval: Interval | None

    @property
    def difference(self) -> float | None:
        """Variant minus control."""
        return None if self.value is None or self.control is None else self.value - self.control


def compare(
    variant: "UnitSums | None", control: "UnitSums | None", significance: float = SIGNIFICANCE
) -> MetricDifference:
    """Compare the sums of two arms."""
    arms = [each for each in (variant, control) if each is not None]
    found = [each.variance for each in arms]
    known = [each for each in found if each is not None]
    variance = sum(known) if len(known) == 2 else None  # noqa: PLR2004 # of both arms
    units = sum(each.units for each in arms)
    value, base = (None if each is None else each.ratio for each in (variant, control))
    interval = None
    if variance is not None and value is not None and base is not None and all(map(_is_conclusive, arms)):
        interval = confidence_sequence(value - base, variance, units, significance)
    return MetricDifference(units=units, control=base, value=value, variance=variance, interval=interval)


def _is_conclusive(arm: "UnitSums") -> bool:
    return arm.hits >= FEWEST_HITS and arm.misses >= FEWEST_HITS


def gain(interval: Interval, direction: MetricDirection) -> Interval:
    """Return the interval of an improvement: positive is better."""
    return interval if direction is MetricDirection.UP else Interval(-interval.high, -interval.low)


def harm(interval: Interval, metric: str) -> Interval:
    """Return the interval of the difference in the worse direction of a metric: positive is worse."""
    better = better_direction(KPIS[METRICS[metric]].better)
    return gain(interval, MetricDirection.DOWN if better is MetricDirection.UP else MetricDirection.UP)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """An experiment and what its decisions say."""

    experiment: "StoredExperiment"
    answer: "ArmsAnswer"

    def metric(self, variant_id: str, metric: str, significance: float = SIGNIFICANCE) -> MetricDifference:
        """Return a metric of a variant against that of the control."""
        variant, control = (self.answer.arm(each) for each in (variant_id, self.experiment.control.id))
        return compare(variant.sums.get(metric), control.sums.get(metric), significance)

    def harm_of(self, variant_id: str, guardrail: "Guardrail") -> Interval | None:
        """Return by how much a guardrail got worse; None if that is unknown."""
        interval = self.metric(variant_id, guardrail.metric).interval
        return None if interval is None else harm(interval, guardrail.metric)

    def primary_gain(self, variant_id: str, significance: float = SIGNIFICANCE) -> Interval | None:
        """Return by how much the primary metric moved in its direction; None if that is unknown."""
        interval = self.metric(variant_id, self.experiment.primary_metric, significance).interval
        return None if interval is None else gain(interval, self.experiment.primary_direction)

    @property
    def sample_ratio(self) -> GoodnessOfFit | None:
        """Whether units were assigned as intended; None without any."""
        variants = self.experiment.variants
        return goodness_of_fit(
            [self.answer.arm(each.id).units for each in variants], [each.allocation for each in variants]
        )

    @property
    def crossed_share(self) -> float | None:
        """The share of units that were seen in several variants; None without any."""
        units = self.answer.crossed + sum(arm.units for arm in self.answer.arms.values())
        return self.answer.crossed / units if units else None

    @property
    def days(self) -> float:
        """For how many days decisions counted."""
        start, end = self.experiment.start_date, end_of(self.experiment)
        if start is None:
            return 0.0
        until = self.answer.as_of if end is None else min(end, self.answer.as_of)
        return max(0.0, (until - start) / _DAY)

    @property
    def needs_labels(self) -> bool:
        """Whether any metric depends on labels."""
        names = (self.experiment.primary_metric, *(each.metric for each in self.experiment.guardrails))
        return any(UNIT_METRICS[name].needs_labels for name in names)

    def label_coverage(self, variant_id: str) -> float | None:
        """Return the share of a variant's decisions that have a label or are old enough; None without decisions."""
        counts = self.answer.counts(variant_id)
        certain = counts.labelled.decisions + counts.presumed.decisions
        return certain / counts.decisions if counts.decisions else None

    def flagged_coverage(self, variant_id: str) -> float | None:
        """Return the share of a variant's mature flagged decisions that have a label; None without any."""
        counts = self.answer.mature_counts(variant_id)
        labelled = counts.true_positives.decisions + counts.false_positives.decisions
        flagged = labelled + counts.unverified.decisions
        return labelled / flagged if flagged else None


def end_of(experiment: "StoredExperiment") -> datetime | None:
    """Return until when decisions count, exclusive; None if that is open."""
    ends = [each for each in (experiment.end_date, experiment.completed_at) if each is not None]
    return min(ends, default=None)
