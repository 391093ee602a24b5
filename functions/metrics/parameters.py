"""Query parameters of the metrics route, declared for the OpenAPI document."""
# ruff: noqa: ARG001 # arguments are documentation only: values are read from the request, in any spelling

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, Aggregation, MetricType
from shared.metrics.facts import CURRENCY, Dimension
from shared.metrics.rules import MOST_BUCKETS
from shared.records.currencies import ISO_4217
from shared.runtime.query import LONGEST_VALUE, MOST_VALUES

_METRICS = " ".join(f"`{name}` ({metric.unit}): {metric.description}" for name, metric in METRICS.items())
_AGGREGATIONS = "; ".join(f"{name}: {', '.join(metric.formulas)}" for name, metric in METRICS.items())
_SPELLINGS = "Objects may also be written as `name.field=…` or as JSON, `name={…}`."
_LATER = Query(description="Selects the fraud metrics, which are not available yet (422).")
_ZONE = WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]})
_ITEM = {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE}
_LIST = WithJsonSchema({"type": "array", "items": _ITEM, "maxItems": MOST_VALUES})


def _one_of(choices: Iterable[str], **said: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(choices), **said})


def _moment(**said: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": "date-time", **said})


def _filter(dimension: Dimension) -> Query:
    said = f"Only records with one of these values, at most {MOST_VALUES}.{_of_metrics(dimension)}"
    return Query(alias=f"filters[{dimension}][]", description=said)


def _of_metrics(field: str) -> str:
    """Name the metrics that support a filter, unless all do."""
    takers = [name for name, metric in METRICS.items() if field in metric.filters]
    return "" if len(takers) == len(METRICS) else f" Supported by {', '.join(takers)}."


def query(  # noqa: PLR0913 # the contract's parameters, listed for the OpenAPI document
    *,
    request: Request,
    metric_type: Annotated[
        str | None,
        _one_of(MetricType, examples=["revenue"]),
        Query(description=f"Required. {_METRICS}"),
    ] = None,
    start: Annotated[
        str | None,
        _moment(examples=["2025-01-01T00:00:00Z"]),
        Query(
            alias="time_range[start]",
            description=f"Required. Start of the range, inclusive, not in the future. {_SPELLINGS}",
        ),
    ] = None,
    end: Annotated[
        str | None,
        _moment(examples=["2025-02-01T00:00:00Z"]),
        Query(alias="time_range[end]", description="Required. End of the range, exclusive."),
    ] = None,
    granularity: Annotated[
        str | None,
        _one_of(Granularity),
        Query(description=f"Bucket size (default: `daily`). A response has at most {MOST_BUCKETS} buckets."),
    ] = None,
    aggregation: Annotated[
        str | None,
        _one_of(Aggregation),
        Query(description=f"Aggregation of a bucket (default: the first listed for the metric). {_AGGREGATIONS}."),
    ] = None,
    include_comparison: Annotated[
        str | None,
        _one_of(["true", "false"]),
        Query(description="Whether to include the preceding range of the same length (default: false)."),
    ] = None,
    timezone: Annotated[
        str | None, _ZONE, Query(description="IANA time zone of the bucket boundaries (default: `UTC`).")
    ] = None,
    product_category: Annotated[list[str] | None, _LIST, _filter(Dimension.PRODUCT_CATEGORY)] = None,
    customer_segment: Annotated[list[str] | None, _LIST, _filter(Dimension.CUSTOMER_SEGMENT)] = None,
    region: Annotated[list[str] | None, _LIST, _filter(Dimension.REGION)] = None,
    channel: Annotated[list[str] | None, _LIST, _filter(Dimension.CHANNEL)] = None,
    currency: Annotated[
        str | None,
        _one_of(ISO_4217),
        Query(
            alias=f"filters[{CURRENCY}]",
            description="Only lines in this currency, unconverted (default: all lines, converted to the reporting "
            f"currency at the rate of their UTC day).{_of_metrics(CURRENCY)}",
        ),
    ] = None,
    startDate: Annotated[str | None, _moment(), _LATER] = None,  # noqa: N803 # the fraud contract's spelling
    endDate: Annotated[str | None, _moment(), _LATER] = None,  # noqa: N803 # the fraud contract's spelling
) -> Mapping[str, list[str]]:
    """Return every parameter with all its values, as decoded by API Gateway."""
    return request.resolved_event.multi_value_query_string_parameters
