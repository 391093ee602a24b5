"""The routes of exports."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from functions.exports.responses import EXPORTED, STATUS, respond
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.exports.models import ExportRequest
from shared.limits.classes import EXPORT

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Who = Annotated[Caller, Depends(caller)]
_ExportId = Annotated[str, Path(alias="exportId", max_length=64, description="Id of the export.")]
_TAGS = ["exports"]


@router.post("/analytics/export", tags=_TAGS, summary="Export data", responses=EXPORTED)
@policy(Scope.EXPORT_RUN, rate=EXPORT, idempotent=False)
def export(request: Annotated[ExportRequest, Body()], wired: Wired, who: Who) -> Response[Any]:
    """Exports metrics, cohorts, experiments or decisions as CSV, JSON or PDF.

    Every number is that of the route with the same data.

    An export that takes longer than a request is prepared in the background: the response is 202, and `Location` its
    status. The same request about the same data returns the same bytes; nothing is ever cut off. 422 if there are more
    rows than an export may have.
    """
    return respond(wired.exporter.export(request, who), unfinished=HTTPStatus.ACCEPTED)


@router.get("/analytics/export/<exportId>", tags=_TAGS, summary="Get an export", responses=STATUS)
@policy(Scope.EXPORT_RUN)
def get_export(export_id: _ExportId, wired: Wired, who: Who) -> Response[Any]:
    """Added: returns the progress of an export in the background, or redirects to its file once that is complete.

    Exports are kept for a day; only their user can see them. Each response has a new URL.
    """
    return respond(wired.exporter.find(export_id, who), unfinished=HTTPStatus.OK)
