"""The dashboard routes."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path

from shared.app.preconditions import Replaced
from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.dashboards.checking import check
from shared.dashboards.listing import page_of
from shared.dashboards.models import (
    Dashboard,
    DashboardChange,
    DashboardDataResponse,
    DashboardRequest,
    DashboardsResponse,
)
from shared.dashboards.parameters import DashboardDataQuery, DashboardsQuery
from shared.runtime import etags
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
User = Annotated[Caller, Depends(caller)]
DashboardId = Annotated[str, Path(min_length=1, max_length=100, description="Id of the dashboard.")]
IfMatch = Annotated[
    str | None,
    Header(
        alias=etags.CHANGE_CONDITION,
        description="The `ETag` of the dashboard to replace, as `GET` returns it, or `*` for the present one.",
    ),
]
_TAGS = ["dashboards"]


@router.get("/dashboards", tags=_TAGS, summary="List dashboards")
@policy(Scope.DASHBOARDS_READ)
def list_dashboards(
    given: Annotated[Given, Depends(parameters_of(DashboardsQuery))], wired: Wired, user: User
) -> ApiResponse[DashboardsResponse]:
    """Returns the dashboards that come with the platform, public ones and the caller's own."""
    return ApiResponse(data=page_of(wired.dashboards.list_visible(user.subject), DashboardsQuery.read(given)))


@router.post(
    "/dashboards",
    tags=_TAGS,
    summary="Create a dashboard",
    responses={HTTPStatus.CREATED: {"description": "The dashboard is stored."}},
)
@policy(Scope.DASHBOARDS_WRITE, errors=(Unprocessable,))
def create_dashboard(
    request: Annotated[DashboardRequest, Body()], wired: Wired, user: User
) -> Response[ApiResponse[Dashboard]]:
    """Stores a dashboard of the caller, of at most 200. 400 names every mistake by JSON pointer.

    The configuration of a widget has a `source` and the parameters of the source's route. Sources: `metrics`
    (`/analytics/metrics`; metric_card, line_chart, bar_chart, table), `metrics` with `group_by` (one of the four
    dimensions, with a `limit` of at most 50 values beside the rest; pie_chart, bar_chart, table, and map by `region`),
    `products` (`/analytics/products/performance`; table, bar_chart), `segments` (`/analytics/customers/segments`;
    pie_chart, bar_chart, table), `quality` (`/data-quality/reports`; metric_card, line_chart, table), `alerts`
    (`/alerts`; table, metric_card), `fraud` with a `view` (`metrics`, `trends`, `cohorts`, `confusion-matrix`, `drift`;
    all types but map) and `pipeline` (`/analytics/pipeline/health`; table, metric_card).

    `time_window`, or a fixed `time_range`, takes the place of the route's range. Windows move with the present and end
    with the running bucket.
    """
    check(request, wired.clock())
    return _created(wired.dashboards.add(request, user.subject))


@router.get("/dashboards/<dashboard_id>", tags=_TAGS, summary="Get a dashboard")
@policy(Scope.DASHBOARDS_READ, errors=(NotFound,))
def get_dashboard(dashboard_id: DashboardId, wired: Wired, user: User) -> ApiResponse[Dashboard]:
    """Returns a dashboard that the caller may see; another user's private one is 404."""
    found = wired.dashboards.get_visible(dashboard_id, user.subject)
    etags.set_state(_state(found))
    return ApiResponse(data=found)


@router.put("/dashboards/<dashboard_id>", tags=_TAGS, summary="Replace a dashboard")
@policy(Scope.DASHBOARDS_WRITE, errors=(NotFound, Conflict))
def replace_dashboard(
    dashboard_id: DashboardId,
    request: Annotated[DashboardChange, Body()],
    wired: Wired,
    user: User,
    if_match: IfMatch = None,
) -> ApiResponse[Dashboard]:
    """Replaces a dashboard of the caller.

    Name the state that you replace, by its `updated_at` or by its `ETag` in `If-Match`; 409 if it has changed since.
    Dashboards that come with the platform, and those of others, are 403.
    """
    check(request, wired.clock())
    current = wired.dashboards.get_own(dashboard_id, user.subject)
    Replaced(field="/updated_at", given=request.updated_at, if_match=if_match).require(
        current.updated_at,
        path=router.current_event.path,
        document=_state(current),
        stale="The dashboard was changed since it was read; read it and try again",
    )
    changed = wired.dashboards.replace(current, request)
    note(before=_state(current))
    return ApiResponse(data=changed)


@router.delete(
    "/dashboards/<dashboard_id>",
    tags=_TAGS,
    summary="Delete a dashboard",
    responses={HTTPStatus.NO_CONTENT: {"description": "The dashboard is deleted."}},
)
@policy(Scope.DASHBOARDS_WRITE, errors=(NotFound, Forbidden))
def delete_dashboard(dashboard_id: DashboardId, wired: Wired, user: User) -> Response[str]:
    """Deletes a dashboard of the caller."""
    current = wired.dashboards.get_own(dashboard_id, user.subject)
    wired.dashboards.delete(current)
    note(before=_state(current))
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")


@router.post(
    "/dashboards/<dashboard_id>/copy",
    tags=_TAGS,
    summary="Copy a dashboard",
    responses={HTTPStatus.CREATED: {"description": "The copy is stored."}},
)
@policy(Scope.DASHBOARDS_WRITE, errors=(NotFound, Unprocessable))
def copy_dashboard(dashboard_id: DashboardId, wired: Wired, user: User) -> Response[ApiResponse[Dashboard]]:
    """Stores a private copy of a dashboard that the caller may see, as one of the caller's own."""
    original = wired.dashboards.get_visible(dashboard_id, user.subject)
    return _created(wired.dashboards.copy(original, user.subject))


@router.get("/dashboards/<dashboard_id>/data", tags=_TAGS, summary="Get the data of a dashboard")
@policy(Scope.DASHBOARDS_READ, errors=(NotFound,))
def dashboard_data(
    dashboard_id: DashboardId,
    given: Annotated[Given, Depends(parameters_of(DashboardDataQuery))],
    wired: Wired,
    user: User,
) -> ApiResponse[DashboardDataResponse]:
    """Returns the data of all widgets, or of some. The `data` of a widget is the body of the route it comes from.

    A widget whose source requires a scope that the token lacks has the status `error`, as has one that fails; the
    others are not affected.
    """
    query = DashboardDataQuery.read(given)
    dashboard = wired.dashboards.get_visible(dashboard_id, user.subject)
    return ApiResponse(data=wired.dashboard_data.answer(dashboard, user.scopes, query.widget_ids).response)


def _created(made: Dashboard) -> Response[ApiResponse[Dashboard]]:
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, ApiResponse(data=made))


def _state(dashboard: Dashboard) -> dict[str, Any]:
    return dashboard.model_dump(mode="json")
