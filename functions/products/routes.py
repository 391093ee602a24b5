"""The product route."""

from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from functions.products.parameters import query
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.limits.classes import ANALYTICS
from shared.products.models import ProductPerformanceResponse
from shared.products.rules import read_question
from shared.runtime.dialects import ApiResponse

router = Router()
Asked = Annotated[Mapping[str, list[str]], Depends(query)]


@router.get("/analytics/products/performance", tags=["analytics"], summary="Rank products by performance")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS)
def performance(asked: Asked, wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[ProductPerformanceResponse]:
    """Returns the top products of a range by revenue, quantity or margin, with conversion, turnover and trend."""
    question = read_question(asked, wired.clock())
    return ApiResponse(data=wired.product_reports.report(question))
