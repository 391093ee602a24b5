"""The data quality route."""
# ruff: noqa: ARG001 # arguments of the query are documentation: any spelling of them is read from the request

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.quality.models import DataQualityReportsResponse
from shared.quality.question import LONGEST, read_question
from shared.records.schema import DataType
from shared.runtime.dialects import ApiResponse

router = Router()
_SOURCE = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 50, "examples": ["web-shop"]})
_DATA_TYPE = WithJsonSchema({"type": "string", "enum": list(DataType)})
_START = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-01-01T00:00:00Z"]})
_END = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-02-01T00:00:00Z"]})
_RANGE = (
    "Required. Start of the range of receipt, inclusive. Hours that the range touches count as a whole. At most "
    f"{LONGEST.days} days. Objects may also be written as `name.field=…` or as JSON, `name={{…}}`."
)


def query(
    *,
    request: Request,
    source_id: Annotated[str | None, _SOURCE, Query(description="Only data from this source.")] = None,
    data_type: Annotated[str | None, _DATA_TYPE, Query(description="Only records of this type.")] = None,
    start: Annotated[str | None, _START, Query(alias="time_range[start]", description=_RANGE)] = None,
    end: Annotated[
        str | None, _END, Query(alias="time_range[end]", description="Required. End of the range, exclusive.")
    ] = None,
) -> Mapping[str, list[str]]:
    """Return every parameter with all its values, as decoded by API Gateway."""
    return request.resolved_event.multi_value_query_string_parameters


Asked = Annotated[Mapping[str, list[str]], Depends(query)]


@router.get("/data-quality/reports", tags=["quality"], summary="Get data quality reports")
@policy(Scope.QUALITY_READ)
def quality_reports(asked: Asked, wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[DataQualityReportsResponse]:
    """Returns scores, checks and issues by source and data type, with row counts and the overall trend."""
    return ApiResponse(data=wired.quality_reports.answer(read_question(asked)))
