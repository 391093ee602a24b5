"""The answer to a metrics question, as the contract spells it (C 2.1)."""

from pydantic import Field

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.numbers import Number
from shared.runtime.models import Model, Optional, Timestamp

_BESIDE = "; ".join(f"{', '.join(metric.beside)} of {name}" for name, metric in METRICS.items())


class TimeRange(Model):
    """A half-open range of time."""

    start: Timestamp = Field(description="The first moment that belongs to it.", examples=["2025-01-01T00:00:00Z"])
    end: Timestamp = Field(description="The first moment after it.", examples=["2025-02-01T00:00:00Z"])


class MetricDataPoint(Model):
    """The value of one bucket."""

    timestamp: Timestamp = Field(
        description="When the bucket begins; the first one may begin before the range, and covers what lies in it.",
        examples=["2025-01-01T00:00:00Z"],
    )
    value: Number = Field(description="The metric within the bucket, to 4 places.", examples=[12034.5])
    additional_metrics: Optional[dict[str, Number]] = Field(
        description=f"What else is known of the bucket: {_BESIDE}.", examples=[{"lines": 311}]
    )


class MetricSummary(Model):
    """The whole range in six numbers."""

    total: Number = Field(
        description="The metric over the whole range, recomputed where it does not add up; a level is the last; 0 "
        "where there is nothing to tell.",
        examples=[560000.26],
    )
    average: Number = Field(description="The mean of the buckets shown; 0 if there are none.", examples=[18064.5245])
    min: Number = Field(description="The smallest of the buckets shown; 0 if there are none.", examples=[0])
    max: Number = Field(description="The largest of the buckets shown; 0 if there are none.", examples=[39620.77])
    change_from_previous: Number = Field(
        description="The total less that of the equally long range just before.", examples=[-188956.76]
    )
    change_percentage: Number | None = Field(
        description="That change as a percentage of the earlier total's size; null where that is 0.",
        examples=[-25.2293],
    )


class ComparisonData(Model):
    """The equally long range just before."""

    previous_period: list[MetricDataPoint] = Field(description="Its buckets, at the same granularity.")
    variance: Number = Field(description="The total less that of the range just before.", examples=[-188956.76])
    variance_percentage: Number | None = Field(
        description="The variance in percent of the earlier total's size; null where that is 0.",
        examples=[-25.2293],
    )


class QueryMetadata(Model):
    """What stands behind the answer, and how fresh it is."""

    total_records: int = Field(
        description="Records behind the answer: sale lines, counts of stock, events.", examples=[35147]
    )
    query_time_ms: float = Field(description="How long answering took.", examples=[412.7])
    cache_hit: bool = Field(description="Whether the sums were there already; they are never older than the data.")
    data_freshness: Timestamp = Field(
        description="The time up to which every active source of it delivered; 1970-01-01T00:00:00Z before any did.",
        examples=["2025-02-01T09:30:00Z"],
    )
    excluded_records: int = Field(
        description="Lines left out because no rate of their currency is known for their day.", examples=[0]
    )
    provisional: bool = Field(description="Whether the range reaches past data_freshness, so that more may come.")


class MetricsResponse(Model):
    """A business metric over a range, in buckets."""

    metric_type: MetricType = Field(description="The metric asked for.", examples=["revenue"])
    time_range: TimeRange = Field(description="The range asked for.")
    granularity: Granularity = Field(description="How long the buckets are.", examples=["daily"])
    data: list[MetricDataPoint] = Field(
        description="The buckets in order: all of them for what is added up or counted, else those that have a value."
    )
    summary: MetricSummary = Field(description="The whole range in six numbers.")
    comparison: Optional[ComparisonData] = Field(description="The range just before; when include_comparison is true.")
    metadata: QueryMetadata = Field(description="What stands behind the answer.")
