"""A question about a metric: validated, in UTC, with its buckets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity, OffsetChange, TimeBucket, buckets, wall_clock
from shared.metrics.catalogue import METRICS, Aggregation, Formula, Metric, MetricType
from shared.metrics.comparison import begins_bucket, preceding_start
from shared.metrics.facts import Dimension, Measure
from shared.records.value_schemas import EARLIEST

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
    def counts_lines(self) -> bool:
        """Whether the value of a bucket is its number of lines."""
        return self.formula.numerator is Measure.LINES

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that the question reads."""
        return tuple(self.filters)

    @cached_property
    def previous_start(self) -> datetime:
        """The start of the range before the requested one with which it is compared."""
        return preceding_start(self.start, self.end, self.zone)

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

    @cached_property
    def cut_at(self) -> Collection[datetime]:
        """The ends of both ranges that lie within a bucket."""
        return {each for each in (self.start, self.end) if not begins_bucket(each, self.granularity, self.zone)}


@dataclass(frozen=True, kw_only=True)
class GroupedQuestion(MetricQuestion):
    """A metric over a range as a whole, by the values of a dimension: the first `limit` of them, and the rest."""

    group_by: Dimension
    limit: int

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that the question reads."""
        return tuple(dict.fromkeys((*self.filters, self.group_by)))

    @cached_property
    def buckets(self) -> tuple[TimeBucket, ...]:
        """The requested range as one bucket."""
        return (TimeBucket(self.start, self.start),)

    @cached_property
    def previous_buckets(self) -> tuple[TimeBucket, ...]:
        """The preceding range as one bucket."""
        return (TimeBucket(self.previous_start, self.previous_start),)
