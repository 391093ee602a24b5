"""The audit log route."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.models import AuditLog, AuditLogsResponse
from shared.audit.trail import Asked
from shared.auth.scopes import Scope
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.models import Timestamp
from shared.runtime.paging import Limit, Offset, Window

router = Router()


@router.get("/analytics/audit/logs", tags=["audit"], summary="List audit log entries")
@policy(Scope.AUDIT_READ)
def audit_logs(  # noqa: PLR0913 # the contract's parameters
    wired: Annotated[Wiring, Depends(wiring)],
    *,
    user_id: Annotated[str | None, Query(alias="userId", max_length=200, description="Only this user.")] = None,
    action: Annotated[str | None, Query(max_length=200, description="Only this action.")] = None,
    start: Annotated[Timestamp | None, Query(alias="startDate", description="Start of the range, inclusive.")] = None,
    end: Annotated[Timestamp | None, Query(alias="endDate", description="End of the range, exclusive.")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response[AuditLogsResponse]:
    """Returns who changed or exported what, oldest first. New entries are appended, so pages never shift."""
    if start and end and start >= end:
        raise InvalidRequest("Invalid date range", field_errors=[FieldError("endDate", "must be after startDate")])
    asked = Asked(user_id=user_id, action=action, start=start, end=end)
    found = wired.audit_trail.find(asked, Window(offset, limit))
    logs = AuditLogsResponse(logs=[AuditLog.of(entry) for entry in found.items], total=found.total)
    return Response(200, content_types.APPLICATION_JSON, logs, found.headers())
