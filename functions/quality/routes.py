"""The data quality route."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.quality.models import DataQualityReportsResponse
from shared.quality.parameters import QualityQuery
from shared.runtime.dialects import ApiResponse
from shared.runtime.query import Given

router = Router()
Parameters = Annotated[Given, Depends(parameters_of(QualityQuery))]


@router.get("/data-quality/reports", tags=["quality"], summary="Get data quality reports")
@policy(Scope.QUALITY_READ)
def quality_reports(
    given: Parameters, wired: Annotated[Wiring, Depends(wiring)]
) -> ApiResponse[DataQualityReportsResponse]:
    """Returns scores, checks and issues by source and data type, with row counts and the overall trend."""
    return ApiResponse(data=wired.quality_reports.report(QualityQuery.read(given).question))
