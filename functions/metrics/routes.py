"""The metrics route."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.fraud.models import FraudMetrics
from shared.fraud.parameters import MetricsQuery as FraudMetricsQuery
from shared.limits.classes import ANALYTICS
from shared.metrics.contract_detection import require_one_contract
from shared.metrics.models import MetricsResponse
from shared.metrics.parameters import MetricQuery
from shared.runtime.dialects import ApiResponse, Dialect
from shared.runtime.errors import ExpiredSnapshot
from shared.runtime.query import Given

router = Router()
Parameters = Annotated[Given, Depends(parameters_of(MetricQuery, FraudMetricsQuery))]


@router.get("/analytics/metrics", tags=["analytics"], summary="Query a business metric, or the fraud metrics")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS, errors=(ExpiredSnapshot,), fraud_scope=Scope.FRAUD_READ)
def metrics(
    given: Parameters, wired: Annotated[Wiring, Depends(wiring)]
) -> ApiResponse[MetricsResponse] | FraudMetrics:
    """Returns a business metric over a time range: buckets, summary, optional comparison, and freshness.

    With `startDate` and `endDate` instead of `metric_type` and `time_range`: the fraud metrics of a range, in the
    dialect of the Fraud contract, for the scope `fraud:read`.
    """
    if require_one_contract(given) is Dialect.FRAUD:
        return wired.fraud_reports.metrics(FraudMetricsQuery.read(given, now=wired.clock()))
    query = MetricQuery.read(given, now=wired.clock())
    return ApiResponse(data=wired.metric_reports.report(query.question))
