"""The health route; it is public, so that monitoring needs no token."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import PUBLIC
from shared.health.models import Health
from shared.runtime.dialects import ApiResponse

router = Router()


@router.get("/health", tags=["platform"], summary="Check the health of the platform")
@policy(PUBLIC)
def health(wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[Health]:
    """Returns 200 if every required dependency responds, otherwise 503 with the same report in `details`."""
    return ApiResponse(data=wired.health_check.health())
