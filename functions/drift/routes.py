"""The drift routes."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.drift.models import DriftBaseline, DriftBaselinesResponse, DriftDataQualityResponse, DriftResponse
from shared.drift.parameters import BaselineRequest, BaselinesQuery, DriftQuery
from shared.drift.response import baseline_model
from shared.runtime.errors import NotFound, Unprocessable
from shared.runtime.paging import Window, paginate
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Parameters = Annotated[Given, Depends(parameters_of(DriftQuery))]


@router.get("/analytics/drift", tags=["fraud"], summary="Get the drift of features")
@policy(Scope.FRAUD_READ)
def drift(given: Parameters, wired: Wired) -> DriftResponse:
    """Returns how far the features, scores and amounts of a model's decisions are from those of its baseline."""
    return wired.drift_reports.drift(DriftQuery.read(given, now=wired.clock()).question)


@router.get("/analytics/drift/data-quality", tags=["fraud"], summary="Get the quality of features")
@policy(Scope.FRAUD_READ)
def data_quality(given: Parameters, wired: Wired) -> DriftDataQualityResponse:
    """Returns missing values, types and ranges of features beside those of the baseline, and the delay of labels."""
    return wired.drift_reports.data_quality(DriftQuery.read(given, now=wired.clock()).question)


@router.get("/analytics/drift/baselines", tags=["fraud"], summary="List frozen baselines")
@policy(Scope.FRAUD_READ)
def list_baselines(
    given: Annotated[Given, Depends(parameters_of(BaselinesQuery))], wired: Wired
) -> Response[DriftBaselinesResponse]:
    """Added: returns the frozen baselines of all model versions; of each version the newest is in force."""
    query = BaselinesQuery.read(given)
    known = [each for each in wired.drift_baselines.list_all() if query.model_version in (None, each.model_version)]
    found = paginate(known, Window(query.offset, query.limit), arrival=lambda each: (each.created_at, each.baseline_id))
    page = DriftBaselinesResponse(baselines=list(map(baseline_model, found.items)), total=found.total)
    return Response(200, content_types.APPLICATION_JSON, page, found.headers())


@router.get("/analytics/drift/baselines/<baseline_id>", tags=["fraud"], summary="Get a frozen baseline")
@policy(Scope.FRAUD_READ, errors=(NotFound,))
def get_baseline(baseline_id: Annotated[str, Path(description="Id of the baseline.")], wired: Wired) -> DriftBaseline:
    """Added: returns a frozen baseline. It never changes."""
    return baseline_model(wired.drift_baselines.get(baseline_id))


@router.post("/analytics/drift/baselines", tags=["fraud"], summary="Freeze a baseline")
@policy(Scope.ADMIN, errors=(Unprocessable,))
def freeze_baseline(
    request: Annotated[BaselineRequest, Body()], wired: Wired, who: Annotated[Caller, Depends(caller)]
) -> Response[DriftBaseline]:
    """Added: freezes the decisions of a range as the next baseline of a model version, from now on in force.

    201 for a new baseline. If the newest one is of the same range, it is returned with 200.
    """
    baseline, is_new = wired.baseline_freezer.freeze(request.range, request.model_version, who.subject)
    status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return Response(status, content_types.APPLICATION_JSON, baseline_model(baseline))
