"""Query parameters of the product route, declared for the OpenAPI document."""
# ruff: noqa: ARG001 # arguments are documentation only: values are read from the request, in any spelling

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from shared.products.question import DEFAULT_LIMIT, MOST_PRODUCTS, SortBy
from shared.products.rules import LONGEST_RANGE
from shared.runtime.query import LONGEST_VALUE

_CATEGORY = WithJsonSchema({"type": "string", "pattern": r"\S", "maxLength": LONGEST_VALUE, "examples": ["tea"]})
_SORT_BY = WithJsonSchema({"type": "string", "enum": list(SortBy)})
_LIMIT = WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_PRODUCTS})
_START = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-01-01T00:00:00Z"]})
_END = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-02-01T00:00:00Z"]})


def query(  # noqa: PLR0913 # the contract's parameters, listed for the OpenAPI document
    *,
    request: Request,
    start: Annotated[
        str | None,
        _START,
        Query(
            alias="time_range[start]",
            description=f"Required. Start of the range, inclusive, not in the future. The range is at most "
            f"{LONGEST_RANGE.days} days long. Objects may also be written as `name.field=…` or as JSON, `name={{…}}`.",
        ),
    ] = None,
    end: Annotated[
        str | None, _END, Query(alias="time_range[end]", description="Required. End of the range, exclusive.")
    ] = None,
    category: Annotated[
        str | None,
        _CATEGORY,
        Query(description="Only products of this category; an unknown category yields an empty list."),
    ] = None,
    sort_by: Annotated[str | None, _SORT_BY, Query(description="Ranking metric (default: `revenue`).")] = None,
    limit: Annotated[
        str | None, _LIMIT, Query(description=f"Maximum number of products (default: {DEFAULT_LIMIT}).")
    ] = None,
) -> Mapping[str, list[str]]:
    """Return every parameter with all its values, as decoded by API Gateway."""
    return request.resolved_event.multi_value_query_string_parameters
