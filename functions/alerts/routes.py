"""The routes of alerts."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.alerts.models import Alert, AlertAcknowledgeResponse, AlertsResponse, NoteRequest
from shared.alerts.parameters import AlertsQuery
from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import Conflict
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Who = Annotated[Caller, Depends(caller)]
AlertId = Annotated[str, Path(description="Id of the alert.")]
_TAGS = ["alerts"]


@router.get("/alerts", tags=_TAGS, summary="List alerts")
@policy(Scope.ALERTS_READ)
def list_alerts(
    wired: Wired, given: Annotated[Given, Depends(parameters_of(AlertsQuery))]
) -> ApiResponse[AlertsResponse]:
    """Returns the newest alerts that match, the open ones by default, and how many match in all."""
    return ApiResponse(data=wired.alert_reports.list(AlertsQuery.read(given)))


@router.post("/alerts/<alert_id>/acknowledge", tags=_TAGS, summary="Acknowledge an alert")
@policy(Scope.ALERTS_WRITE, errors=(Conflict,))
def acknowledge(
    alert_id: AlertId, wired: Wired, who: Who, request: Annotated[NoteRequest | None, Body()] = None
) -> ApiResponse[AlertAcknowledgeResponse]:
    """Acknowledges an active alert. Of several acknowledgements, by anyone, the first one counts and is returned.

    409 for a resolved alert.
    """
    note = request.note if request else None
    found = wired.alert_changes.acknowledge(alert_id, who.subject, note)
    return ApiResponse(data=AlertAcknowledgeResponse.model_validate(found.model_dump()))


@router.post("/alerts/<alert_id>/resolve", tags=_TAGS, summary="Resolve an alert")
@policy(Scope.ALERTS_WRITE, errors=(Conflict,))
def resolve(
    alert_id: AlertId, wired: Wired, who: Who, request: Annotated[NoteRequest | None, Body()] = None
) -> ApiResponse[Alert]:
    """Added: resolves an open alert, before it resolves by itself because it clears.

    If the condition still holds in later windows, for as long as `for` says, that raises another alert. 409 for a
    resolved alert.
    """
    note = request.note if request else None
    return ApiResponse(data=wired.alert_changes.resolve(alert_id, who.subject, note))
