"""The data quality route (contract C § 4)."""
# ruff: noqa: ARG001 # arguments of the query are documentation: any spelling of them is read from the request

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import WithJsonSchema

from shared.quality.models import DataQualityReportsResponse
from shared.quality.question import LONGEST, read_question
from shared.records.schema import DataType
from shared.runtime.dialects import ApiResponse
from shared.runtime.wiring import Wiring, wiring

router = Router()
_SOURCE = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 50, "examples": ["web-shop"]})
_DATA_TYPE = WithJsonSchema({"type": "string", "enum": list(DataType)})
_START = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-01-01T00:00:00Z"]})
_END = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-02-01T00:00:00Z"]})
_RANGE = (
    "Required. The first moment of the range of receipt; whole hours count, those that the range touches. At most "
    f"{LONGEST.days} days. Objects may also be spelled `name.field=…` or as JSON, `name={{…}}`."
)


def query(
    *,
    request: Request,
    source_id: Annotated[str | None, _SOURCE, Query(description="Only what this source delivered.")] = None,
    data_type: Annotated[str | None, _DATA_TYPE, Query(description="Only records of this type.")] = None,
    start: Annotated[str | None, _START, Query(alias="time_range[start]", description=_RANGE)] = None,
    end: Annotated[
        str | None, _END, Query(alias="time_range[end]", description="Required. The first moment after the range.")
    ] = None,
) -> Mapping[str, list[str]]:
    """Every parameter as API Gateway decoded it, with all its values."""
    return request.resolved_event.multi_value_query_string_parameters


Asked = Annotated[Mapping[str, list[str]], Depends(query)]


@router.get("/data-quality/reports", tags=["quality"], summary="Tell how good what sources delivered is")
def quality_reports(asked: Asked, wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[DataQualityReportsResponse]:
    """Scores, checks and issues by source and type, with the rows behind them, and where quality is going."""
    return ApiResponse(data=wired.quality_reports.answer(read_question(asked)))
