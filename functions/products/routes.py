"""The product route."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.limits.classes import ANALYTICS
from shared.products.models import ProductPerformanceResponse
from shared.products.parameters import ProductQuery
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import ExpiredSnapshot
from shared.runtime.query import Given

router = Router()
Parameters = Annotated[Given, Depends(parameters_of(ProductQuery))]


@router.get("/analytics/products/performance", tags=["analytics"], summary="Rank products by performance")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS, errors=(ExpiredSnapshot,))
def performance(
    given: Parameters, wired: Annotated[Wiring, Depends(wiring)]
) -> ApiResponse[ProductPerformanceResponse]:
    """Returns the top products of a range by revenue, quantity or margin, with conversion, turnover and trend."""
    query = ProductQuery.read(given, now=wired.clock())
    return ApiResponse(data=wired.product_reports.report(query.question))
