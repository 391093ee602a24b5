"""The metrics route."""

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from functions.metrics.parameters import query
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.limits.classes import ANALYTICS
from shared.metrics.forms import require_commerce
from shared.metrics.models import MetricsResponse
from shared.metrics.rules import read_question
from shared.runtime.dialects import ApiResponse

router = Router()
Asked = Annotated[Mapping[str, list[str]], Depends(query)]


@router.get("/analytics/metrics", tags=["analytics"], summary="Query a business metric")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS)
def business_metric(asked: Asked, wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[MetricsResponse]:
    """Returns a business metric over a time range: buckets, summary, optional comparison, and freshness."""
    require_commerce(asked)
    return ApiResponse(data=wired.metric_reports.report(read_question(asked, now=wired.clock())))
