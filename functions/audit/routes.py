"""The audit log route."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit import cursor
from shared.audit.models import AuditFinding, AuditLog, AuditLogsResponse, AuditVerificationResponse
from shared.audit.parameters import AuditQuery, VerificationQuery
from shared.audit.trail import Asked
from shared.audit.verification import Verification
from shared.auth.scopes import Scope
from shared.runtime.paging import Window
from shared.runtime.query import Given

router = Router()


@router.get("/analytics/audit/logs", tags=["audit"], summary="List audit log entries")
@policy(Scope.AUDIT_READ)
def audit_logs(
    wired: Annotated[Wiring, Depends(wiring)], given: Annotated[Given, Depends(parameters_of(AuditQuery))]
) -> Response[AuditLogsResponse]:
    """Returns who changed or exported what, oldest first. New entries are appended, so pages never shift."""
    query = AuditQuery.read(given)
    asked = Asked(user_id=query.user_id, action=query.action, start=query.start, end=query.end)
    found = wired.audit_trail.find(asked, Window(query.offset, query.limit))
    logs = AuditLogsResponse(logs=[AuditLog.of(entry) for entry in found.items], total=found.total)
    return Response(200, content_types.APPLICATION_JSON, logs, found.headers())


@router.get("/analytics/audit/verification", tags=["audit"], summary="Verify a part of the audit log")
@policy(Scope.AUDIT_READ)
def verify_audit_logs(
    wired: Annotated[Wiring, Depends(wiring)], given: Annotated[Given, Depends(parameters_of(VerificationQuery))]
) -> Response[AuditVerificationResponse]:
    """Detects entries that were edited, deleted, moved or cut off: by their hashes, and by anchors under Object Lock.

    A log of years takes several requests; ask again with `next` as the `cursor` until there is none. No findings in any
    part mean that nothing was touched.
    """
    trail = wired.audit_trail
    part = Verification(trail, wired.anchors).part(VerificationQuery.read(given).place)
    found = AuditVerificationResponse(
        entries=sum(part.entries.values()),
        anchors=part.anchors,
        totalEntries=sum(head.sequence for head in trail.heads()),
        findings=[AuditFinding.of(each) for each in sorted(part.findings)],
        next=None if part.following is None else cursor.written(part.following),
    )
    return Response(200, content_types.APPLICATION_JSON, found)
