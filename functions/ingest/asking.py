"""Query parameters of the quarantine and ledger routes, declared for the OpenAPI document."""
# ruff: noqa: ARG001 # arguments are documentation only: values are read from the request, in any spelling

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from shared.ledger.filters import DATA_TYPES, LONGEST_RANGE, REASON_CODE
from shared.records.ids import SOURCE_ID
from shared.runtime.paging import LARGEST_PAGE, LARGEST_PAGE_NUMBER

Given = Mapping[str, list[str]]
_SOURCE = WithJsonSchema({"type": "string", "pattern": SOURCE_ID, "examples": ["web-shop"]})
_DATA_TYPE = WithJsonSchema({"type": "string", "enum": list(DATA_TYPES)})
_START = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-01-01T00:00:00Z"]})
_END = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-02-01T00:00:00Z"]})
_PAGE = WithJsonSchema({"type": "integer", "minimum": 0, "maximum": LARGEST_PAGE_NUMBER, "default": 0})
_SIZE = WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 20})
_CODE = WithJsonSchema({"type": "string", "pattern": f"^{REASON_CODE}$", "examples": ["decision_unknown"]})
_BOOLEAN = WithJsonSchema({"type": "string", "enum": ["true", "false"], "default": "false"})

SourceId = Annotated[str | None, _SOURCE, Query(description="Only data from this source.")]
OfType = Annotated[str | None, _DATA_TYPE, Query(description="Only records of this type.")]
Start = Annotated[
    str | None,
    _START,
    Query(
        alias="time_range[start]",
        description="Start of the range of receipt (default: midnight seven days before the end). At most "
        f"{LONGEST_RANGE.days} days. Objects may also be written as `name.field=…` or as JSON, `name={{…}}`.",
    ),
]
End = Annotated[
    str | None, _END, Query(alias="time_range[end]", description="End of the range, exclusive (default: now).")
]
Page = Annotated[str | None, _PAGE, Query(description="Page number, starting at 0.")]
Size = Annotated[str | None, _SIZE, Query(description="Number of items per page.")]


def quarantine_query(  # noqa: PLR0913 # the parameters, listed for the OpenAPI document
    *,
    request: Request,
    source_id: SourceId = None,
    data_type: OfType = None,
    start: Start = None,
    end: End = None,
    code: Annotated[str | None, _CODE, Query(description="Only rows rejected with this error code.")] = None,
    page: Page = None,
    size: Size = None,
) -> Given:
    """Return every parameter with all its values, as decoded by API Gateway."""
    return request.resolved_event.multi_value_query_string_parameters


def ledger_query(  # noqa: PLR0913 # the parameters, listed for the OpenAPI document
    *,
    request: Request,
    source_id: SourceId = None,
    data_type: OfType = None,
    start: Start = None,
    end: End = None,
    deliveries: Annotated[
        str | None, _BOOLEAN, Query(description="Return one line per delivery of `source_id` instead of per hour.")
    ] = None,
    page: Page = None,
    size: Size = None,
) -> Given:
    """Return every parameter with all its values, as decoded by API Gateway."""
    return request.resolved_event.multi_value_query_string_parameters
