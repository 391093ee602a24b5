"""The routes of the runs of replay scenarios."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.decisions.parameters import FraudPageQuery
from shared.limits.classes import REPLAY_RUNS
from shared.replay.models import ReplayResults
from shared.replay.parameters import ResultsQuery
from shared.replay.records import scenario_model
from shared.replay.scenario_models import ReplayRunsResponse, ReplayRunStarted, ReplayScenario
from shared.runtime.errors import Conflict, NotFound
from shared.runtime.paging import Window, paginate
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Who = Annotated[Caller, Depends(caller)]
ScenarioId = Annotated[str, Path(description="Id of the scenario.")]
_TAGS = ["replay"]


@router.post("/analytics/replay/scenarios/<scenario_id>/run", tags=_TAGS, summary="Run a replay scenario")
@policy(Scope.REPLAY_RUN, rate=REPLAY_RUNS, errors=(NotFound, Conflict))
def run_scenario(scenario_id: ScenarioId, wired: Wired, who: Who) -> ReplayRunStarted:
    """Starts a run; a finished scenario may run again. 409 while a run is queued or running.

    A run after a failed one continues it: slices that are finished are not computed again.
    """
    run = wired.replay_runs.start(scenario_id, who.subject)
    return ReplayRunStarted(status=run.status, estimated_completion_time=run.estimated_at, run_id=run.run_id)


@router.post("/analytics/replay/scenarios/<scenario_id>/cancel", tags=_TAGS, summary="Cancel a run")
@policy(Scope.REPLAY_RUN, errors=(NotFound, Conflict))
def cancel_run(scenario_id: ScenarioId, wired: Wired) -> ReplayScenario:
    """Added: cancels the run of a scenario. Nothing of it is stored; 409 unless a run is queued or running."""
    scenario = wired.replay_runs.cancel(scenario_id)
    return scenario_model(scenario, wired.replays.latest_run(scenario))


@router.get("/analytics/replay/scenarios/<scenario_id>/runs", tags=_TAGS, summary="List the runs of a scenario")
@policy(Scope.REPLAY_READ, errors=(NotFound,))
def list_runs(
    scenario_id: ScenarioId, given: Annotated[Given, Depends(parameters_of(FraudPageQuery))], wired: Wired
) -> Response[ReplayRunsResponse]:
    """Added: returns all runs of a scenario, the oldest first."""
    query = FraudPageQuery.read(given)
    wired.replay_runs.current(scenario_id)
    runs = wired.replays.runs(scenario_id)
    found = paginate(runs, Window(query.offset, query.limit), arrival=lambda each: each.run_id)
    page = ReplayRunsResponse(runs=[each.model() for each in found.items], total=found.total)
    return Response(200, content_types.APPLICATION_JSON, page, found.headers())


@router.get("/analytics/replay/scenarios/<scenario_id>/results", tags=_TAGS, summary="Get the results of a run")
@policy(Scope.REPLAY_READ, errors=(NotFound, Conflict))
def get_results(
    scenario_id: ScenarioId, given: Annotated[Given, Depends(parameters_of(ResultsQuery))], wired: Wired
) -> ReplayResults:
    """Returns what the decisions would have been, beside what they were: of the latest run, or of `runId`.

    409 unless the run is completed.
    """
    run = wired.replay_runs.completed_run(scenario_id, ResultsQuery.read(given).run_id)
    return wired.replay_files.results(scenario_id, run.run_id)
