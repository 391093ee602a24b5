"""A question about a metric, as every later step sees it: checked, in UTC, with its buckets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity, OffsetChange, TimeBucket, buckets, wall_clock
from shared.metrics.catalogue import METRICS, Aggregation, Formula, Metric, MetricType
from shared.metrics.facts import Dimension, Measure
from shared.records.validation import EARLIEST

_EXTREMES = {Measure.LOWEST_AMOUNT, Measure.HIGHEST_AMOUNT, Measure.LOWEST_UNITS, Measure.HIGHEST_UNITS}


@dataclass(frozen=True, kw_only=True)
class MetricQuestion:
    """Which metric, over which half-open range, in which buckets, of which lines.

    `known_since` is how far a fact that looks back has to look: before that day there are no records.
    """

    metric_type: MetricType
    aggregation: Aggregation
    granularity: Granularity
    start: datetime
    end: datetime
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    filters: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    currency: str | None = None
    include_comparison: bool = False
    history_start: datetime = EARLIEST

    @property
    def metric(self) -> Metric:
        """What the catalogue says of the metric."""
        return METRICS[self.metric_type]

    @property
    def formula(self) -> Formula:
        """How a bucket's value follows from what was added up."""
        return self.metric.formulas[self.aggregation]

    @property
    def asks_for_extremes(self) -> bool:
        """Whether the smallest or largest of a bucket is its value."""
        return self.formula.numerator in _EXTREMES

    @property
    def previous_start(self) -> datetime:
        """Where the equally long range just before begins."""
        return self.start - (self.end - self.start)

    @cached_property
    def clock(self) -> tuple[OffsetChange, ...]:
        """The zone's clock over both ranges."""
        return wall_clock(self.zone, self.granularity, self.previous_start, self.end)

    @cached_property
    def buckets(self) -> tuple[TimeBucket, ...]:
        """The buckets of the range asked for."""
        return tuple(buckets(self.clock, self.granularity, self.start, self.end))

    @cached_property
    def previous_buckets(self) -> tuple[TimeBucket, ...]:
        """The buckets of the range just before."""
        return tuple(buckets(self.clock, self.granularity, self.previous_start, self.start))
