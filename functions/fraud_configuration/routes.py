"""The routes of the configuration of fraud analytics."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Header

from shared.app.preconditions import Replaced
from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.current_caller import caller
from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.decisions.configuration import (
    FraudConfiguration,
    FraudConfigurationHistory,
    FraudConfigurationInForce,
    FraudConfigurationRequest,
)
from shared.decisions.parameters import FraudPageQuery
from shared.runtime import etags
from shared.runtime.errors import Conflict
from shared.runtime.paging import Window
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
IfMatch = Annotated[
    str | None,
    Header(
        alias=etags.CHANGE_CONDITION,
        description="The `ETag` of the configuration to replace, as `GET` returns it, or `*` for the one in force.",
    ),
]
_TAGS = ["fraud configuration"]


@router.get("/analytics/configuration", tags=_TAGS, summary="Get the configuration of fraud analytics")
@policy(Scope.FRAUD_READ)
def get_configuration(wired: Wired) -> FraudConfigurationInForce:
    """Added: returns the maturity horizon, the cost parameters, the service levels and the currency in force.

    Until the first change they are those of the stage, as version 0. Send the `ETag` as `If-Match` with a change.
    """
    configuration = wired.fraud_configuration.get(fresh=True)
    etags.set_state(_state(configuration))
    return FraudConfigurationInForce.model_validate(
        {**_state(configuration), "currency": wired.settings.reporting_currency}
    )


@router.put("/analytics/configuration", tags=_TAGS, summary="Replace the configuration of fraud analytics")
@policy(Scope.ADMIN, errors=(Conflict,))
def put_configuration(
    values: Annotated[FraudConfigurationRequest, Body()],
    wired: Wired,
    who: Annotated[Caller, Depends(caller)],
    if_match: IfMatch = None,
) -> FraudConfiguration:
    """Added: replaces all values, and returns them with their version. Every answer uses them within five seconds.

    Name the version that you replace, in `version` or by its `ETag` in `If-Match`; 409 if it is not in force any more.
    Answers repeat the values that they were computed with. Former versions are kept.
    """
    current = wired.fraud_configuration.get(fresh=True)
    Replaced(field="version", given=values.version, if_match=if_match).require(
        current.version,
        path=router.current_event.path,
        document=_state(current),
        stale=f"Version {current.version} of the configuration is in force; read it and change that version",
    )
    changed = wired.fraud_configuration.put(values, replaces=current, by=who.subject)
    note(before=_state(current))
    return changed


@router.get("/analytics/configuration/history", tags=_TAGS, summary="List the versions of the configuration")
@policy(Scope.FRAUD_READ)
def list_versions(
    wired: Wired, given: Annotated[Given, Depends(parameters_of(FraudPageQuery))]
) -> Response[FraudConfigurationHistory]:
    """Added: returns all versions, oldest first. New ones are appended, so pages never shift."""
    query = FraudPageQuery.read(given)
    found = wired.fraud_configuration.history(Window(query.offset, query.limit))
    history = FraudConfigurationHistory(versions=list(found.items), total=found.total)
    return Response(200, content_types.APPLICATION_JSON, history, found.headers())


def _state(configuration: FraudConfiguration) -> dict[str, Any]:
    return configuration.model_dump(mode="json", by_alias=True)
