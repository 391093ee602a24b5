"""The query parameters of the metrics route, in the forms of both contracts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from shared.athena.snapshots import Snapshots, snapshot_errors, snapshots_field
from shared.metrics.buckets import Granularity, buckets, wall_clock
from shared.metrics.catalogue import METRICS, Aggregation, MetricType
from shared.metrics.facts import CURRENCY, Dimension
from shared.metrics.question import GroupedQuestion, MetricQuestion
from shared.records.currencies import CURRENCIES
from shared.runtime.errors import FieldError
from shared.runtime.query import Query
from shared.runtime.query_fields import (
    MOST_VALUES,
    TIME_RANGE,
    Boolean,
    Moment,
    OneOf,
    Texts,
    TimeZone,
    WholeNumber,
    described,
    range_end,
    range_errors,
    range_start,
    trimmed,
    zone_of_dates,
)

MOST_BUCKETS = 10_000
MOST_GROUPS = 50
_DEFAULT_GROUPS = 10
_METRICS = " ".join(f"`{name}` ({metric.unit}): {metric.description}" for name, metric in METRICS.items())
_AGGREGATIONS = "; ".join(f"{name}: {', '.join(metric.formulas)}" for name, metric in METRICS.items())
_Currency = Annotated[str, OneOf(CURRENCIES), trimmed, described("must be an ISO 4217 code, e.g. EUR")]


def _filter(name: str, default: object, description: str) -> Any:
    """Return the field of a filter; its description lists the metrics that support it, unless all do."""
    supporting = [each for each, metric in METRICS.items() if name in metric.filters]
    supported = "" if len(supporting) == len(METRICS) else f" Supported by {', '.join(supporting)}."
    return Field(default=default, alias=f"filters.{name}", description=description + supported)


_CATEGORY_RULE = (
    " A sale line without a category has that of the product version valid at the sale, or of the first version for an "
    "earlier sale, as in `/analytics/products/performance`. Stock is that of products now in these categories."
)


def _values_of(dimension: Dimension, rule: str = "") -> Any:
    return _filter(dimension, (), f"Only records with one of these values, at most {MOST_VALUES}.{rule}")


class MetricQuery(Query):
    """A business metric, its time range and buckets, and the filters."""

    metric_type: MetricType = Field(description=f"Required. {_METRICS}", examples=["revenue"])
    timezone: TimeZone = zone_of_dates("The buckets begin by its local time, too.")
    start: Moment = range_start("Required. Start of the range, inclusive, not in the future.")
    end: Moment = range_end()
    granularity: Granularity = Field(
        default=Granularity.DAILY,
        description=f"Bucket size (default: `daily`). A response has at most {MOST_BUCKETS} buckets.",
    )
    aggregation: Aggregation | None = Field(
        default=None,
        description=f"Aggregation of a bucket (default: the first listed for the metric). {_AGGREGATIONS}.",
    )
    include_comparison: Boolean = Field(
        default=False,
        description="Whether to include the preceding range (default: false): for a range of whole calendar months, "
        "quarters or years as many of them just before it, for any other range the equally long one.",
    )
    product_category: Texts = _values_of(Dimension.PRODUCT_CATEGORY, _CATEGORY_RULE)
    customer_segment: Texts = _values_of(Dimension.CUSTOMER_SEGMENT)
    region: Texts = _values_of(Dimension.REGION)
    channel: Texts = _values_of(Dimension.CHANNEL)
    currency: _Currency | None = _filter(
        CURRENCY,
        None,
        "Only lines in this currency, unconverted (default: all lines, converted to the reporting currency at the rate "
        "of their UTC day).",
    )
    as_of_snapshots: Snapshots = snapshots_field()

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range, the number of buckets, and the options of the metric."""
        yield from range_errors(valid, now=now)
        yield from _bucket_errors(valid)
        if "metric_type" in valid:
            yield from _aggregation_errors(valid["metric_type"], valid.get("aggregation"))
            yield from _filter_errors(valid["metric_type"], valid)
            yield from _snapshot_errors(valid["metric_type"], valid)

    @property
    def question(self) -> MetricQuestion:
        """Return the parameters as a question."""
        return MetricQuestion(**self._parts)

    @property
    def _parts(self) -> dict[str, Any]:
        return {
            "metric_type": self.metric_type,
            "aggregation": self.aggregation or METRICS[self.metric_type].default,
            "granularity": self.granularity,
            "start": self.start,
            "end": self.end,
            "zone": self.timezone,
            "filters": {each: values for each in Dimension if (values := getattr(self, each))},
            "currency": self.currency,
            "include_comparison": self.include_comparison,
            "as_of": self.as_of_snapshots,
        }


class GroupedMetricQuery(MetricQuery):
    """A business metric by the values of a dimension, over a range as a whole."""

    group_by: Dimension = Field(description="The dimension.", examples=["region"])
    limit: Annotated[int, WholeNumber(1, MOST_GROUPS)] = Field(
        default=_DEFAULT_GROUPS, description=f"Number of groups beside the rest (default: {_DEFAULT_GROUPS})."
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the question, and that its metric has the dimension."""
        yield from super().contradictions(valid, now)
        metric_type, group_by = valid.get("metric_type"), valid.get("group_by")
        if metric_type is None or group_by is None:
            return
        legal = METRICS[metric_type].fact.dimensions
        if group_by not in legal:
            message = f"is not a dimension of {metric_type}; expected one of {', '.join(legal)}"
            yield FieldError("group_by", message, group_by)

    @property
    def question(self) -> GroupedQuestion:
        """Return the parameters as a question."""
        return GroupedQuestion(**self._parts, group_by=self.group_by, limit=self.limit)


def _bucket_errors(valid: Mapping[str, Any]) -> Iterator[FieldError]:
    if not {"start", "end", "granularity", "timezone"} <= valid.keys() or valid["start"] >= valid["end"]:
        return
    start, end, granularity = valid["start"], valid["end"], valid["granularity"]
    found = buckets(wall_clock(valid["timezone"], granularity, start, end), granularity, start, end)
    if next(islice(found, MOST_BUCKETS, None), None) is not None:
        yield FieldError(TIME_RANGE, f"has more than {MOST_BUCKETS} {granularity} buckets; use a coarser granularity")


def _aggregation_errors(metric_type: MetricType, aggregation: Aggregation | None) -> Iterator[FieldError]:
    legal = METRICS[metric_type].formulas
    if aggregation is not None and aggregation not in legal:
        yield FieldError("aggregation", f"must be one of {', '.join(legal)} for {metric_type}", aggregation)


def _filter_errors(metric_type: MetricType, valid: Mapping[str, Any]) -> Iterator[FieldError]:
    legal = METRICS[metric_type].filters
    for name in (*Dimension, CURRENCY):
        if valid.get(name) and name not in legal:
            message = f"is not a filter of {metric_type}; expected one of {', '.join(legal)}"
            yield FieldError(f"filters.{name}", message, valid[name])


def _snapshot_errors(metric_type: MetricType, valid: Mapping[str, Any]) -> Iterator[FieldError]:
    fact = METRICS[metric_type].fact
    filters = [name for name in Dimension if valid.get(name)]
    others = fact.reference_tables(filters=filters, currency=valid.get(CURRENCY))
    yield from snapshot_errors(valid.get("as_of_snapshots", {}), (fact.base, *others), metric_type)
