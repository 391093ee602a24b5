"""The health route (resolutions § 9): public, so that whatever watches the platform needs no token."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.health.models import Health
from shared.runtime.dialects import ApiResponse
from shared.runtime.wiring import Wiring, wiring

router = Router()


@router.get("/health", tags=["platform"], summary="Say which dependencies answer")
def health(wired: Annotated[Wiring, Depends(wiring)]) -> ApiResponse[Health]:
    """200 as long as everything required answers; 503, with the same report in `details`, otherwise."""
    return ApiResponse(data=wired.checkup.health())
