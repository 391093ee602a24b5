"""A question about a metric: validated, in UTC, with its buckets."""

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
    """A metric with its half-open time range, buckets and filters.

    `history_start` is a day before which there are no records; a semi-additive fact is read from it. `as_of` has the
    snapshots at which tables are read instead of their current ones.
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
    as_of: Mapping[str, int] = field(default_factory=dict)

    @property
    def metric(self) -> Metric:
        """The declaration of the metric."""
        return METRICS[self.metric_type]

    @property
    def formula(self) -> Formula:
        """The formula that derives the value of a bucket from its measures."""
        return self.metric.formulas[self.aggregation]

    @property
    def asks_for_extremes(self) -> bool:
        """Whether the value of a bucket is its minimum or maximum."""
        return self.formula.numerator in _EXTREMES

    @property
    def previous_start(self) -> datetime:
        """The start of the range of the same length before the requested one."""
        return self.start - (self.end - self.start)

    @cached_property
    def clock(self) -> tuple[OffsetChange, ...]:
        """The offset changes of the zone over both ranges."""
        return wall_clock(self.zone, self.granularity, self.previous_start, self.end)

    @cached_property
    def buckets(self) -> tuple[TimeBucket, ...]:
        """The buckets of the requested range."""
        return tuple(buckets(self.clock, self.granularity, self.start, self.end))

    @cached_property
    def previous_buckets(self) -> tuple[TimeBucket, ...]:
        """The buckets of the preceding range."""
        return tuple(buckets(self.clock, self.granularity, self.previous_start, self.start))
