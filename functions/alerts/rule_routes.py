"""The routes of alert rules."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import content_types
from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path

from shared.alerts.models import (
    AlertRule,
    AlertRuleRequest,
    AlertRules,
    RulePreviewRequest,
    RulePreviewResponse,
    SilenceRequest,
)
from shared.alerts.rule_changes import ChangedRule
from shared.alerts.stored_rule import StoredRule
from shared.app.preconditions import Replaced
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.runtime import etags
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import Conflict

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
Who = Annotated[Caller, Depends(caller)]
RuleId = Annotated[str, Path(description="Id of the rule.")]
IfMatch = Annotated[
    str | None,
    Header(
        alias=etags.CHANGE_CONDITION,
        description="The `ETag` of the rule to replace, as `GET` returns it, or `*` for the one in force.",
    ),
]
_TAGS = ["alert rules"]


@router.get("/alerts/rules", tags=_TAGS, summary="List alert rules")
@policy(Scope.ALERTS_READ)
def list_rules(wired: Wired) -> ApiResponse[AlertRules]:
    """Added: returns all rules, the oldest first, with those that come with the platform."""
    now = wired.clock()
    return ApiResponse(data=AlertRules(rules=[each.model(now) for each in wired.alert_rules.list_all()]))


@router.post(
    "/alerts/rules",
    tags=_TAGS,
    summary="Create an alert rule",
    responses={HTTPStatus.CREATED: {"description": "The rule."}},
)
@policy(Scope.ALERTS_WRITE, idempotent=False, errors=(Conflict,))
def create_rule(
    request: Annotated[AlertRuleRequest, Body()], wired: Wired, who: Who
) -> Response[ApiResponse[AlertRule]]:
    """Added: creates a rule. A webhook without a secret gets one, which only this response contains.

    400 names every field that is wrong, also thresholds that would never or always fire.
    """
    made = wired.rule_changes.create(request, who.subject)
    return Response(HTTPStatus.CREATED, content_types.APPLICATION_JSON, _answer(wired, made))


@router.get("/alerts/rules/<rule_id>", tags=_TAGS, summary="Get an alert rule")
@policy(Scope.ALERTS_READ)
def get_rule(rule_id: RuleId, wired: Wired) -> ApiResponse[AlertRule]:
    """Added: returns a rule. Send its `version`, or the `ETag` as `If-Match`, with a change."""
    rule = wired.alert_rules.get(rule_id)
    etags.set_state(_document(wired, rule))
    return ApiResponse(data=rule.model(wired.clock()))


@router.put("/alerts/rules/<rule_id>", tags=_TAGS, summary="Replace an alert rule")
@policy(Scope.ALERTS_WRITE, errors=(Conflict,))
def replace_rule(
    rule_id: RuleId, request: Annotated[AlertRuleRequest, Body()], wired: Wired, if_match: IfMatch = None
) -> ApiResponse[AlertRule]:
    """Added: replaces a rule, and resolves its open alerts. Webhooks with the same URL keep their secrets.

    Name the version that you replace, in `version` or by its `ETag` in `If-Match`; 409 if it is not in force any more.
    """
    current = wired.alert_rules.get(rule_id)
    Replaced(field="version", given=request.version, if_match=if_match).require(
        current.version,
        path=router.current_event.path,
        document=_document(wired, current),
        stale=f"Version {current.version} of the rule is in force; read it and change that version",
    )
    changed = wired.rule_changes.replace(current, request)
    return ApiResponse(data=_note(wired, changed, current))


@router.delete(
    "/alerts/rules/<rule_id>",
    tags=_TAGS,
    summary="Delete an alert rule",
    responses={HTTPStatus.NO_CONTENT: {"description": "The rule is deleted."}},
)
@policy(Scope.ALERTS_WRITE)
def delete_rule(rule_id: RuleId, wired: Wired) -> Response[str]:
    """Added: deletes a rule, and resolves its open alerts. Its alerts remain."""
    deleted = wired.rule_changes.delete(rule_id)
    note(before=_document(wired, deleted))
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")


@router.post("/alerts/rules/<rule_id>/silence", tags=_TAGS, summary="Silence an alert rule")
@policy(Scope.ALERTS_WRITE)
def silence_rule(
    rule_id: RuleId, request: Annotated[SilenceRequest, Body()], wired: Wired, who: Who
) -> ApiResponse[AlertRule]:
    """Added: notifies nobody of the alerts of a rule until a time; they are raised and listed all the same.

    An alert that was raised meanwhile and is still open is notified by the first evaluation after the silence; one
    that has resolved never is. `until: null` ends a silence.
    """
    silenced = wired.rule_changes.silence(rule_id, request, who.subject)
    return ApiResponse(data=silenced.model(wired.clock()))


@router.post("/alerts/rules/preview", tags=_TAGS, summary="Try an alert rule on the past")
@policy(Scope.ALERTS_WRITE, idempotent=False, audited=False)
def preview_rule(request: Annotated[RulePreviewRequest, Body()], wired: Wired) -> ApiResponse[RulePreviewResponse]:
    """Added: returns the alerts that a rule would have raised, judged at the end of each window in a range.

    The data are those of today, with records and labels that arrived after the end of a window. 400 if there are more
    than 5000 windows, or more than 100 questions are needed, as for windows that are neither buckets nor sums of hours.
    """
    return ApiResponse(data=wired.back_test.preview(request.rule, request.time_range))


def _answer(wired: Wiring, made: ChangedRule) -> ApiResponse[AlertRule]:
    return ApiResponse(data=_note(wired, made, None))


def _note(wired: Wiring, changed: ChangedRule, before: StoredRule | None) -> AlertRule:
    """Return a changed rule, with new secrets, after noting it without them for the audit log."""
    note(before=None if before is None else _document(wired, before), after=_document(wired, changed.rule))
    return changed.rule.model(wired.clock(), changed.new_secrets)


def _document(wired: Wiring, rule: StoredRule) -> dict[str, Any]:
    return rule.model(wired.clock()).model_dump(mode="json", by_alias=True)
