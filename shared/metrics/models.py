"""Models of the metrics route."""

from pydantic import Field

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.metrics.facts import Dimension
from shared.runtime.models import Model, Optional, Timestamp
from shared.runtime.numbers import Number
from shared.runtime.query_metadata import QueryMetadata, TimeRange

_CURRENCY = (
    "Added: currency of the amounts, that of the filter or the reporting currency; absent if there are no amounts."
)
_BESIDE = "; ".join(f"{', '.join(metric.supporting_measures)} of {name}" for name, metric in METRICS.items())


class MetricDataPoint(Model):
    """The value of one bucket."""

    timestamp: Timestamp = Field(
        description="Start of the bucket. The first bucket may start before the range; it contains only data in it.",
        examples=["2025-01-01T00:00:00Z"],
    )
    partial: bool = Field(
        description="Added: whether the bucket starts before the range or ends after it, so that it contains only a "
        "part of its time.",
        examples=[False],
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
        description="Total minus the total of the preceding range.", examples=[-188956.76]
    )
    change_percentage: Number | None = Field(
        description="The change as a percentage of the preceding total; null if that is 0.",
        examples=[-25.2293],
    )


class ComparisonData(Model):
    """The preceding range.

    A range of whole calendar months, quarters or years (in `timezone`) is preceded by as many of them, any other range
    by an equally long one.
    """

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
    currency: Optional[str] = Field(description=_CURRENCY, examples=["USD"])
    data: list[MetricDataPoint] = Field(
        description="The buckets in order: all for additive metrics and counts, otherwise those with a value."
    )
    summary: MetricSummary = Field(description="Totals of the requested range.")
    comparison: Optional[ComparisonData] = Field(
        description="The preceding range; present if `include_comparison` is true."
    )
    metadata: QueryMetadata = Field(description="Source records, cache state and freshness of the result.")


class MetricCountry(Model):
    """A country of ISO 3166."""

    alpha_2: str = Field(description="Code of two letters.", examples=["DE"])
    alpha_3: str = Field(description="Code of three letters.", examples=["DEU"])
    name: str = Field(description="English short name.", examples=["Germany"])


class MetricTotal(Model):
    """The metric over the whole range."""

    total: Number = Field(
        description="Value of the metric over all groups: recomputed if it is not additive; 0 without data.",
        examples=[560000.26],
    )
    change_from_previous: Number = Field(
        description="Total minus the total of the preceding range.", examples=[-188956.76]
    )
    change_percentage: Number | None = Field(
        description="The change as a percentage of the preceding total; null if that is 0.", examples=[-25.2293]
    )


class MetricGroup(Model):
    """The metric of the records with one value of a dimension, of those without one, or of all other values."""

    name: str = Field(
        description="The value; `(none)` for records without one, `(other)` for the rest.", examples=["Germany"]
    )
    value: Optional[str] = Field(description="The value; absent for `(none)` and `(other)`.", examples=["Germany"])
    country: Optional[MetricCountry] = Field(description="The country that a region is.")
    total: Number = Field(
        description="Value of the metric over the whole range, as in `summary` with a filter by this value; that of "
        "the rest is computed from its own records.",
        examples=[560000.26],
    )
    share: Optional[Number] = Field(
        description="The total as a percentage of that of all groups; only of a metric that adds up.", examples=[12.5]
    )
    change_from_previous: Number = Field(
        description="Total minus the total of the preceding range.", examples=[-188956.76]
    )
    change_percentage: Number | None = Field(
        description="The change as a percentage of the preceding total; null if that is 0.", examples=[-25.2293]
    )
    additional_metrics: Optional[dict[str, Number]] = Field(
        description=f"Supporting measures of the group: {_BESIDE}.", examples=[{"lines": 311}]
    )


class MetricBreakdown(Model):
    """A business metric over a time range, by the values of a dimension."""

    metric_type: MetricType = Field(description="The requested metric.", examples=["revenue"])
    group_by: Dimension = Field(description="The dimension.", examples=["region"])
    time_range: TimeRange = Field(description="The requested range.")
    currency: Optional[str] = Field(description=_CURRENCY, examples=["USD"])
    groups: list[MetricGroup] = Field(description="The groups with the highest totals, in that order; the rest last.")
    unmatched: Optional[list[str]] = Field(
        description="Names of the groups by region that are not countries of ISO 3166.", examples=[["EU", "(none)"]]
    )
    summary: MetricTotal = Field(description="The requested range as a whole.")
    metadata: QueryMetadata = Field(description="Source records, cache state and freshness of the result.")
