"""The query parameters of the metrics route, in the forms of both contracts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.athena.snapshots import Snapshots, snapshot_errors, snapshots_field
from shared.metrics.buckets import Granularity, buckets, wall_clock
from shared.metrics.catalogue import METRICS, Aggregation, MetricType
from shared.metrics.facts import CURRENCY, Dimension
from shared.metrics.question import MetricQuestion
from shared.records.currencies import ISO_4217
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
    described,
    range_end,
    range_errors,
    range_start,
    trimmed,
)

MOST_BUCKETS = 10_000
_METRICS = " ".join(f"`{name}` ({metric.unit}): {metric.description}" for name, metric in METRICS.items())
_AGGREGATIONS = "; ".join(f"{name}: {', '.join(metric.formulas)}" for name, metric in METRICS.items())
_Currency = Annotated[str, OneOf(ISO_4217), trimmed, described("must be an ISO 4217 code, e.g. EUR")]


def _filter(name: str, default: object, description: str) -> Any:
    """Return the field of a filter; its description lists the metrics that support it, unless all do."""
    supporting = [each for each, metric in METRICS.items() if name in metric.filters]
    supported = "" if len(supporting) == len(METRICS) else f" Supported by {', '.join(supporting)}."
    return Field(default=default, alias=f"filters.{name}", description=description + supported)


def _values_of(dimension: Dimension) -> Any:
    return _filter(dimension, (), f"Only records with one of these values, at most {MOST_VALUES}.")


class MetricQuery(Query):
    """A business metric, its time range and buckets, and the filters."""

    metric_type: MetricType = Field(description=f"Required. {_METRICS}", examples=["revenue"])
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
        default=False, description="Whether to include the preceding range of the same length (default: false)."
    )
    timezone: TimeZone = Field(
        default=ZoneInfo("UTC"),
        description="IANA time zone of the bucket boundaries (default: `UTC`).",
        examples=["Europe/Berlin"],
    )
    product_category: Texts = _values_of(Dimension.PRODUCT_CATEGORY)
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
        return MetricQuestion(
            metric_type=self.metric_type,
            aggregation=self.aggregation or METRICS[self.metric_type].default,
            granularity=self.granularity,
            start=self.start,
            end=self.end,
            zone=self.timezone,
            filters={each: values for each in Dimension if (values := getattr(self, each))},
            currency=self.currency,
            include_comparison=self.include_comparison,
            as_of=self.as_of_snapshots,
        )


def _later() -> Any:
    return Field(default=None, description="Selects the fraud metrics, which are not available yet (422).")


class FraudMetricQuery(Query):
    """The parameters that identify a request of the Fraud contract."""

    startDate: Moment | None = _later()  # noqa: N815 # the contract's name
    endDate: Moment | None = _later()  # noqa: N815 # the contract's name


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
    filtered = any(valid.get(name) for name in Dimension)
    others = fact.reference_tables(filtered=filtered, currency=valid.get(CURRENCY))
    yield from snapshot_errors(valid.get("as_of_snapshots", {}), (fact.base, *others), metric_type)
