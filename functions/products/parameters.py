"""The query of the product route: documented parameter by parameter, read as a whole in every spelling."""
# ruff: noqa: ARG001 # arguments here are documentation: any spelling of them is read from the request

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
            description=f"Required. The first moment of the range, which may not be in the future and not longer than "
            f"{LONGEST_RANGE.days} days. Objects may also be spelled `name.field=…` or as JSON, `name={{…}}`.",
        ),
    ] = None,
    end: Annotated[
        str | None, _END, Query(alias="time_range[end]", description="Required. The first moment after the range.")
    ] = None,
    category: Annotated[
        str | None, _CATEGORY, Query(description="Only products of this category; one that nothing has lists nothing.")
    ] = None,
    sort_by: Annotated[
        str | None, _SORT_BY, Query(description="What the best are the best by; revenue unless told.")
    ] = None,
    limit: Annotated[
        str | None, _LIMIT, Query(description=f"At most so many products; {DEFAULT_LIMIT} unless told.")
    ] = None,
) -> Mapping[str, list[str]]:
    """Every parameter as API Gateway decoded it, with all its values."""
    return request.resolved_event.multi_value_query_string_parameters
