"""The metrics route."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.limits.classes import ANALYTICS
from shared.metrics.contract_detection import require_commerce
from shared.metrics.models import MetricsResponse
from shared.metrics.parameters import FraudMetricQuery, MetricQuery
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import ExpiredSnapshot
from shared.runtime.query import Given

router = Router()
Parameters = Annotated[Given, Depends(parameters_of(MetricQuery, FraudMetricQuery))]


@router.get("/analytics/metrics", tags=["analytics"], summary="Query a business metric")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS, errors=(ExpiredSnapshot,))
def business_metric(given: Parameters, wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[MetricsResponse]:
    """Returns a business metric over a time range: buckets, summary, optional comparison, and freshness."""
    require_commerce(given)
    query = MetricQuery.read(given, now=wired.clock())
    return ApiResponse(data=wired.metric_reports.report(query.question))
