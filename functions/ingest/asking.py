"""The queries of the quarantine and of the ledger: documented one by one, read as a whole in every spelling."""
# ruff: noqa: ARG001 # arguments of the queries are documentation: any spelling of them is read from the request

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from shared.ingestion.asked import DATA_TYPES, LONGEST_RANGE, REASON_CODE
from shared.ingestion.models import SOURCE_ID
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

SourceId = Annotated[str | None, _SOURCE, Query(description="Only of this source.")]
OfType = Annotated[str | None, _DATA_TYPE, Query(description="Only of this type.")]
Start = Annotated[
    str | None,
    _START,
    Query(
        alias="time_range[start]",
        description="Received from this moment on; by default the midnight seven days before the end. At most "
        f"{LONGEST_RANGE.days} days. Objects may also be spelled `name.field=…` or as JSON, `name={{…}}`.",
    ),
]
End = Annotated[str | None, _END, Query(alias="time_range[end]", description="Received before; by default up to now.")]
Page = Annotated[str | None, _PAGE, Query(description="0-based.")]
Size = Annotated[str | None, _SIZE, Query(description="Items on a page.")]


def quarantine_query(  # noqa: PLR0913 # the parameters, listed for the OpenAPI document
    *,
    request: Request,
    source_id: SourceId = None,
    data_type: OfType = None,
    start: Start = None,
    end: End = None,
    code: Annotated[str | None, _CODE, Query(description="Only rows against which this code speaks.")] = None,
    page: Page = None,
    size: Size = None,
) -> Given:
    """Every parameter as API Gateway decoded it, with all its values."""
    return request.resolved_event.multi_value_query_string_parameters


def ledger_query(  # noqa: PLR0913 # the parameters, listed for the OpenAPI document
    *,
    request: Request,
    source_id: SourceId = None,
    data_type: OfType = None,
    start: Start = None,
    end: End = None,
    deliveries: Annotated[
        str | None, _BOOLEAN, Query(description="A line for each delivery of `source_id` instead of each hour.")
    ] = None,
    page: Page = None,
    size: Size = None,
) -> Given:
    """Every parameter as API Gateway decoded it, with all its values."""
    return request.resolved_event.multi_value_query_string_parameters
