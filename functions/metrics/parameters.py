"""The query of the metrics route: documented parameter by parameter, read as a whole in every spelling."""
# ruff: noqa: ARG001 # arguments here are documentation: any spelling of them is read from the request

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
_SPELLINGS = "Objects may also be spelled `name.field=…` or as JSON, `name={…}`."
_LATER = Query(description="The form of the fraud contract; answered later (422).")
_ZONE = WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]})
_ITEM = {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE}
_LIST = WithJsonSchema({"type": "array", "items": _ITEM, "maxItems": MOST_VALUES})


def _one_of(choices: Iterable[str], **said: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(choices), **said})


def _moment(**said: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": "date-time", **said})


def _filter(dimension: Dimension) -> Query:
    said = f"Only what is of any of these; at most {MOST_VALUES}.{_of_metrics(dimension)}"
    return Query(alias=f"filters[{dimension}][]", description=said)


def _of_metrics(field: str) -> str:
    """Which metrics take a filter, where not all of them do."""
    takers = [name for name, metric in METRICS.items() if field in metric.filters]
    return "" if len(takers) == len(METRICS) else f" Of {', '.join(takers)} alone."


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
            description=f"Required. The first moment of the range, not in the future. {_SPELLINGS}",
        ),
    ] = None,
    end: Annotated[
        str | None,
        _moment(examples=["2025-02-01T00:00:00Z"]),
        Query(alias="time_range[end]", description="Required. The first moment after the range."),
    ] = None,
    granularity: Annotated[
        str | None,
        _one_of(Granularity),
        Query(description=f"How long buckets are; daily unless told. At most {MOST_BUCKETS} of them."),
    ] = None,
    aggregation: Annotated[
        str | None,
        _one_of(Aggregation),
        Query(description=f"How a bucket gets its value, by default the first of the metric's: {_AGGREGATIONS}."),
    ] = None,
    include_comparison: Annotated[
        str | None,
        _one_of(["true", "false"]),
        Query(description="Whether to list the buckets of the equally long range just before."),
    ] = None,
    timezone: Annotated[
        str | None, _ZONE, Query(description="The IANA time zone in which buckets begin; UTC unless told.")
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
            description="Only lines of this currency, reported in it; without it, lines are converted to the reporting "
            f"currency at the rate of their UTC day.{_of_metrics(CURRENCY)}",
        ),
    ] = None,
    startDate: Annotated[str | None, _moment(), _LATER] = None,  # noqa: N803 # the fraud contract's spelling
    endDate: Annotated[str | None, _moment(), _LATER] = None,  # noqa: N803 # the fraud contract's spelling
) -> Mapping[str, list[str]]:
    """Every parameter as API Gateway decoded it, with all its values."""
    return request.resolved_event.multi_value_query_string_parameters
