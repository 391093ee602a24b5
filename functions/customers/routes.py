"""The customer routes."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse
from shared.limits.classes import ANALYTICS
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import NotFound

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.get("/analytics/customers/segments", tags=["analytics"], summary="Get customer segments")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS, errors=(NotFound,))  # until the first snapshot
def segments(wired: Wired) -> ApiResponse[CustomerSegmentationResponse]:
    """Returns eleven segments by recency, frequency and monetary value, from the latest daily snapshot."""
    return ApiResponse(data=wired.customer_reports.segments())


@router.get("/analytics/customers/<customer_id>/profile", tags=["analytics"], summary="Get a customer's profile")
@policy(Scope.ANALYTICS_READ, rate=ANALYTICS)
def profile(
    customer_id: Annotated[str, Path(min_length=1, max_length=128, description="Id of the customer.")], wired: Wired
) -> ApiResponse[CustomerProfileResponse]:
    """Returns a customer's value, preferences, behaviour and predictions, from the latest daily snapshot."""
    return ApiResponse(data=wired.customer_reports.profile(customer_id))
