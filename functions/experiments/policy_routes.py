"""The routes of the decision policy."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.decisions.parameters import FraudPageQuery
from shared.policies.models import DecisionPolicy, DecisionPolicyHistory
from shared.runtime import etags
from shared.runtime.paging import Window
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
_TAGS = ["decision policy"]


@router.get("/analytics/policy", tags=_TAGS, summary="Get the decision policy in force")
@policy(Scope.FRAUD_READ)
def get_policy(wired: Wired) -> DecisionPolicy:
    """Added: returns the configuration of the variant that was promoted last.

    Before the first promotion it is version 0, which is empty. Decision engines poll it with the `ETag` as
    `If-None-Match`, and send `experimentId` and the `variantId` that they used with each decision, so that the effect
    of the policy can be measured.
    """
    found = wired.policies.get()
    etags.set_state(found.document)
    return found


@router.get("/analytics/policy/history", tags=_TAGS, summary="List the versions of the decision policy")
@policy(Scope.FRAUD_READ)
def list_policies(
    wired: Wired, given: Annotated[Given, Depends(parameters_of(FraudPageQuery))]
) -> Response[DecisionPolicyHistory]:
    """Added: returns the policy of every promotion, oldest first. Pages never shift."""
    query = FraudPageQuery.read(given)
    found = wired.policies.history(Window(query.offset, query.limit))
    history = DecisionPolicyHistory(versions=list(found.items), total=found.total)
    return Response(200, content_types.APPLICATION_JSON, history, found.headers())
