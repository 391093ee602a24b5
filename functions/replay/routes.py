"""The routes of replay scenarios."""

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
from shared.limits.classes import REPLAY_SCENARIOS
from shared.replay.parameters import ScenariosQuery
from shared.replay.records import scenario_model
from shared.replay.scenario_models import (
    ReplayScenario,
    ReplayScenarioRequest,
    ReplayScenariosResponse,
)
from shared.runtime.errors import NotFound
from shared.runtime.paging import Window, paginate
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Who = Annotated[Caller, Depends(caller)]
ScenarioId = Annotated[str, Path(description="Id of the scenario.")]
_TAGS = ["replay"]


@router.get("/analytics/replay/scenarios", tags=_TAGS, summary="List replay scenarios")
@policy(Scope.REPLAY_READ)
def list_scenarios(
    wired: Wired, given: Annotated[Given, Depends(parameters_of(ScenariosQuery))]
) -> Response[ReplayScenariosResponse]:
    """Returns scenarios with the state of their latest runs, the oldest first."""
    query = ScenariosQuery.read(given)
    known = [each for each in wired.replays.list_all() if query.status in (None, each.status)]
    found = paginate(known, Window(query.offset, query.limit), arrival=lambda each: each.scenario_id)
    runs = wired.replays.latest_runs(found.items)
    shown = [scenario_model(each, runs.get(each.scenario_id)) for each in found.items]
    page = ReplayScenariosResponse(scenarios=shown, total=found.total)
    return Response(200, content_types.APPLICATION_JSON, page, found.headers())


@router.post(
    "/analytics/replay/scenarios",
    tags=_TAGS,
    summary="Create a replay scenario",
    responses={HTTPStatus.CREATED: {"description": "The scenario, as a draft."}},
)
@policy(Scope.REPLAY_RUN, rate=REPLAY_SCENARIOS)
def create_scenario(
    request: Annotated[ReplayScenarioRequest, Body()], wired: Wired, who: Who
) -> Response[ReplayScenario]:
    """Creates a scenario. Features that no decision of its window has are refused, with the names of those that exist.

    The window may be years long; a run refuses more than 20 million decisions.
    """
    made = wired.replay_scenarios.create(request, who.subject)
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, scenario_model(made, None))


@router.get("/analytics/replay/scenarios/<scenario_id>", tags=_TAGS, summary="Get a replay scenario")
@policy(Scope.REPLAY_READ, errors=(NotFound,))
def get_scenario(scenario_id: ScenarioId, wired: Wired) -> ReplayScenario:
    """Returns a scenario with the state and the progress of its latest run."""
    return scenario_model(*wired.replay_runs.current(scenario_id))
