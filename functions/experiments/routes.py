"""The routes of experiments."""

from http import HTTPStatus
from typing import Annotated

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
from shared.experiments.models import (
    Experiment,
    ExperimentChange,
    ExperimentRequest,
    ExperimentsResponse,
    StoredExperiment,
)
from shared.experiments.parameters import ExperimentQuery, ExperimentsQuery
from shared.experiments.promotion_models import PromotionRequest, PromotionResponse
from shared.experiments.promotions import Promoter
from shared.experiments.vocabulary import Move
from shared.runtime import etags
from shared.runtime.errors import Conflict, Forbidden, NotFound, PromotionGatesFailed
from shared.runtime.paging import Window, paginate
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Who = Annotated[Caller, Depends(caller)]
Id = Annotated[str, Path(description="Id of the experiment.")]
IfMatch = Annotated[
    str | None,
    Header(
        alias=etags.CHANGE_CONDITION,
        description="The `ETag` of the experiment to change, as `GET` returns it, or `*` for the present one.",
    ),
]
_TAGS = ["experiments"]
_MOVED = (NotFound, Conflict)


@router.get("/analytics/experiments", tags=_TAGS, summary="List experiments")
@policy(Scope.EXPERIMENTS_READ)
def list_experiments(
    given: Annotated[Given, Depends(parameters_of(ExperimentsQuery))], wired: Wired
) -> Response[ExperimentsResponse]:
    """Returns experiments, the oldest first, without results."""
    query = ExperimentsQuery.read(given)
    known = wired.experiments.list_all(query.status)
    found = paginate(known, Window(query.offset, query.limit), arrival=lambda each: (each.created_at, each.id))
    page = ExperimentsResponse(experiments=[_shown(each) for each in found.items], total=found.total)
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, page, found.headers())


@router.post(
    "/analytics/experiments",
    tags=_TAGS,
    summary="Create an experiment",
    responses={HTTPStatus.CREATED: {"description": "The draft is stored."}},
)
@policy(Scope.EXPERIMENTS_WRITE, errors=(Conflict,))
def create_experiment(request: Annotated[ExperimentRequest, Body()], wired: Wired, who: Who) -> Response[Experiment]:
    """Stores an experiment as a draft. 400 names every mistake by JSON pointer.

    Decisions belong to it by `experiment_id` and `variant_id`. Choose the `id` if the decision engine has one already;
    409 if it is taken.
    """
    made = wired.experiment_changes.create(request, who.subject)
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, _shown(made))


@router.get("/analytics/experiments/<experiment_id>", tags=_TAGS, summary="Get an experiment")
@policy(Scope.EXPERIMENTS_READ, errors=(NotFound,))
def get_experiment(
    experiment_id: Id, wired: Wired, given: Annotated[Given, Depends(parameters_of(ExperimentQuery))]
) -> Response[Experiment]:
    """Returns an experiment with its results. Send its `version`, or the `ETag` as `If-Match`, with a change.

    Decisions from `startDate` to the earlier of `endDate` and completion count, pauses included. The `ETag` is that of
    the definition and state of the experiment, whatever the results are.
    """
    query = ExperimentQuery.read(given, now=wired.clock())
    found = wired.experiments.get(experiment_id)
    results = wired.experiment_reports.results(found, query.as_of) if query.include_results else None
    shown = _shown(found).model_copy(update={"results": results})
    if query.include_results and query.as_of is None and found.promotion is not None:
        impact = wired.promotions.realised(found)
        shown = shown.model_copy(update={"promotion": found.promotion.model_copy(update={"realised_impact": impact})})
    tag = etags.tag_of(router.current_event.path, found.document)
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, shown, {"ETag": tag})


@router.put("/analytics/experiments/<experiment_id>", tags=_TAGS, summary="Change an experiment")
@policy(Scope.EXPERIMENTS_WRITE, errors=_MOVED)
def change_experiment(
    experiment_id: Id, request: Annotated[ExperimentChange, Body()], wired: Wired, if_match: IfMatch = None
) -> Experiment:
    """Replaces the fields that are sent. After `draft` only `name`, `description` and `endDate` may change.

    Name the version that you change, in `version` or by its `ETag` in `If-Match`; 409 if it is not the present one.
    """
    path = router.current_event.path

    def permit(current: StoredExperiment) -> None:
        Replaced(field="/version", given=request.version, if_match=if_match).require(
            current.version,
            path=path,
            document=current.document,
            stale=f"Version {current.version} of the experiment is the present one; read it and change that version",
        )

    before, changed = wired.experiment_changes.change(experiment_id, request, permit)
    note(before=before.document)
    return _shown(changed)


@router.post("/analytics/experiments/<experiment_id>/start", tags=_TAGS, summary="Start an experiment")
@policy(Scope.EXPERIMENTS_WRITE, errors=_MOVED)
def start(experiment_id: Id, wired: Wired, who: Who) -> Experiment:
    """Added: moves a draft to `running`. Without a `startDate`, decisions count from now on."""
    return _move(wired, experiment_id, Move.START, who)


@router.post("/analytics/experiments/<experiment_id>/pause", tags=_TAGS, summary="Pause an experiment")
@policy(Scope.EXPERIMENTS_WRITE, errors=_MOVED)
def pause(experiment_id: Id, wired: Wired, who: Who) -> Experiment:
    """Added: moves a running experiment to `paused`. Decisions that are made meanwhile count all the same."""
    return _move(wired, experiment_id, Move.PAUSE, who)


@router.post("/analytics/experiments/<experiment_id>/resume", tags=_TAGS, summary="Resume an experiment")
@policy(Scope.EXPERIMENTS_WRITE, errors=_MOVED)
def resume(experiment_id: Id, wired: Wired, who: Who) -> Experiment:
    """Added: moves a paused experiment back to `running`."""
    return _move(wired, experiment_id, Move.RESUME, who)


@router.post("/analytics/experiments/<experiment_id>/complete", tags=_TAGS, summary="Complete an experiment")
@policy(Scope.EXPERIMENTS_WRITE, errors=_MOVED)
def complete(experiment_id: Id, wired: Wired, who: Who) -> Experiment:
    """Added: moves a running or paused experiment to `completed`. Later decisions do not count."""
    return _move(wired, experiment_id, Move.COMPLETE, who)


@router.post("/analytics/experiments/<experiment_id>/archive", tags=_TAGS, summary="Archive an experiment")
@policy(Scope.EXPERIMENTS_WRITE, errors=_MOVED)
def archive(experiment_id: Id, wired: Wired, who: Who) -> Experiment:
    """Added: moves a draft, a completed or a promoted experiment to `archived`, for good."""
    return _move(wired, experiment_id, Move.ARCHIVE, who)


@router.post("/analytics/experiments/<experiment_id>/promote", tags=_TAGS, summary="Promote a variant")
@policy(Scope.EXPERIMENTS_WRITE, errors=(Forbidden, NotFound, Conflict, PromotionGatesFailed))
def promote(
    experiment_id: Id, request: Annotated[PromotionRequest, Body()], wired: Wired, who: Who
) -> PromotionResponse:
    """Makes a variant the decision policy in force, if it passes all gates. A running experiment is completed first.

    Gates: `variant` (it exists and is not the control), `sampleRatio` (p at least 0.001), `duration`, `units` (of the
    variant and the control), `labelCoverage` (at least 0.8 of the decisions of either, if a metric depends on labels),
    `primary` (the interval excludes 0 in the primary direction at 0.05 ÷ number of variants besides the control) and
    `guardrails` (no interval is wholly beyond its harm, and none is missing). 422 lists all gates and changes nothing.

    The results are kept with the promotion as they were. Of several promotions at once one is made; the others are 409.
    """
    by = Promoter(who.subject, is_administrator=Scope.ADMIN in who.scopes)
    before, promoted, promotion = wired.promotions.promote(experiment_id, request, by)
    note(before=before.document, after=promoted.document)
    return PromotionResponse(
        status=promoted.status,
        impact_estimate=promotion.impact_estimate,
        policy_version=promotion.policy_version,
        gates=promotion.gates,
    )


def _move(wired: Wiring, experiment_id: str, move: Move, who: Caller) -> Experiment:
    before, moved = wired.experiment_changes.move(experiment_id, move, who.subject)
    note(before=before.document)
    return _shown(moved)


def _shown(experiment: StoredExperiment) -> Experiment:
    return Experiment(**dict(experiment))
