"""The customer routes (contract C § 2.2)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.customers.models import CustomerProfileResponse, CustomerSegmentationResponse
from shared.runtime.dialects import ApiResponse
from shared.runtime.wiring import Wiring, wiring

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.get("/analytics/customers/segments", tags=["analytics"], summary="Tell the segments that customers are in")
def segments(wired: Wired) -> ApiResponse[CustomerSegmentationResponse]:
    """Eleven segments by recency, frequency and monetary value, as the last run of the schedule found them."""
    return ApiResponse(data=wired.customer_reports.segments())


@router.get(
    "/analytics/customers/<customer_id>/profile", tags=["analytics"], summary="Tell what is known of a customer"
)
def profile(
    customer_id: Annotated[str, Path(min_length=1, max_length=128)], wired: Wired
) -> ApiResponse[CustomerProfileResponse]:
    """Value, habits and what is expected of a customer, as the last run of the schedule found them."""
    return ApiResponse(data=wired.customer_reports.profile(customer_id))
