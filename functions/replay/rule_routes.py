"""The routes of registered thresholds."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import Field

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.decisions.parameters import FraudPageQuery
from shared.records.value_schemas import LONGEST_TEXT
from shared.replay.scenario_models import RuleThresholds, RuleThresholdsRequest, RuleThresholdsResponse
from shared.runtime.paging import Window, paginate
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
RuleVersion = Annotated[
    str, Path(description="Rule version, as decisions have it."), Field(min_length=1, max_length=LONGEST_TEXT)
]
_TAGS = ["replay"]


@router.get("/analytics/policy/rules", tags=_TAGS, summary="List registered rule versions")
@policy(Scope.REPLAY_READ)
def list_rules(
    wired: Wired, given: Annotated[Given, Depends(parameters_of(FraudPageQuery))]
) -> Response[RuleThresholdsResponse]:
    """Added: returns the rule versions whose thresholds are registered; those of others are inferred by each run."""
    query = FraudPageQuery.read(given)
    registered = wired.rule_thresholds.list_all()
    found = paginate(registered, Window(query.offset, query.limit), arrival=lambda each: each.rule_version)
    page = RuleThresholdsResponse(rules=list(found.items), total=found.total)
    return Response(200, content_types.APPLICATION_JSON, page, found.headers())


@router.put("/analytics/policy/rules/<rule_version>", tags=_TAGS, summary="Register the thresholds of a rule version")
@policy(Scope.ADMIN)
def put_rule(
    rule_version: RuleVersion,
    request: Annotated[RuleThresholdsRequest, Body()],
    wired: Wired,
    who: Annotated[Caller, Depends(caller)],
) -> RuleThresholds:
    """Added: registers the thresholds of a rule version, or replaces them. Runs that are planned later use them.

    Requires `admin`, because they are the policy that everyone's runs are compared with.
    """
    made, before = wired.rule_thresholds.put(rule_version, request.thresholds, who.subject)
    note(before=None if before is None else before.model_dump(mode="json", by_alias=True))
    return made
