"""Models of the metrics route."""

from pydantic import Field

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.runtime.models import Model, Optional, Timestamp
from shared.runtime.numbers import Number
from shared.runtime.query_metadata import QueryMetadata, TimeRange

_BESIDE = "; ".join(f"{', '.join(metric.supporting_measures)} of {name}" for name, metric in METRICS.items())


class MetricDataPoint(Model):
    """The value of one bucket."""

    timestamp: Timestamp = Field(
        description="Start of the bucket. The first bucket may start before the range; it contains only data in it.",
        examples=["2025-01-01T00:00:00Z"],
    )
    value: Number = Field(description="Value of the metric, rounded to 4 places.", examples=[12034.5])
    additional_metrics: Optional[dict[str, Number]] = Field(
        description=f"Supporting measures of the bucket: {_BESIDE}.", examples=[{"lines": 311}]
    )


class MetricSummary(Model):
    """Totals of the whole range."""

    total: Number = Field(
        description="Value of the metric over the whole range: recomputed if it is not additive, the closing level "
        "for stock; 0 without data.",
        examples=[560000.26],
    )
    average: Number = Field(description="Mean of the returned buckets; 0 if there are none.", examples=[18064.5245])
    min: Number = Field(description="Smallest of the returned buckets; 0 if there are none.", examples=[0])
    max: Number = Field(description="Largest of the returned buckets; 0 if there are none.", examples=[39620.77])
    change_from_previous: Number = Field(
        description="Total minus the total of the preceding range of the same length.", examples=[-188956.76]
    )
    change_percentage: Number | None = Field(
        description="The change as a percentage of the preceding total; null if that is 0.",
        examples=[-25.2293],
    )


class ComparisonData(Model):
    """The preceding range of the same length."""

    previous_period: list[MetricDataPoint] = Field(
        description="Buckets of the preceding range, at the same granularity."
    )
    variance: Number = Field(description="Total minus the total of the preceding range.", examples=[-188956.76])
    variance_percentage: Number | None = Field(
        description="The variance as a percentage of the preceding total; null if that is 0.",
        examples=[-25.2293],
    )


class MetricsResponse(Model):
    """A business metric over a time range, in buckets."""

    metric_type: MetricType = Field(description="The requested metric.", examples=["revenue"])
    time_range: TimeRange = Field(description="The requested range.")
    granularity: Granularity = Field(description="Bucket size.", examples=["daily"])
    data: list[MetricDataPoint] = Field(
        description="The buckets in order: all for additive metrics and counts, otherwise those with a value."
    )
    summary: MetricSummary = Field(description="Totals of the requested range.")
    comparison: Optional[ComparisonData] = Field(
        description="The preceding range; present if `include_comparison` is true."
    )
    metadata: QueryMetadata = Field(description="Source records, cache state and freshness of the result.")
