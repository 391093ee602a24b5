"""The routes of explanations."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.explanations.models import FeatureAttribution, TopDriversResponse
from shared.explanations.parameters import DriversQuery, ExplanationQuery
from shared.fraud.cohort_ids import CohortId
from shared.records.ids import LONGEST_ID
from shared.runtime.errors import NotExplainable
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
_DecisionId = Annotated[
    str, Path(alias="decisionId", min_length=1, max_length=LONGEST_ID, description="Id of the decision.")
]
_Cohort = Annotated[
    CohortId, Path(alias="cohortId", description="Id of the cohort, as `GET /analytics/cohorts` lists it.")
]


@router.get("/analytics/explain/<decisionId>", tags=["explanations"], summary="Explain the score of a decision")
@policy(Scope.FRAUD_READ, errors=(NotExplainable,))
def explain(
    decision_id: _DecisionId, wired: Wired, given: Annotated[Given, Depends(parameters_of(ExplanationQuery))]
) -> FeatureAttribution:
    """Returns the contribution of each feature to the score of a decision, exactly as stored with the decision.

    Nothing is computed anew: neither the score nor the attributions. Whether they add up is found by `unit`.
    """
    query = ExplanationQuery.read(given, now=wired.clock())
    return wired.explanations.explain(decision_id, query.as_of)


@router.get(
    "/analytics/explain/cohort/<cohortId>/top-drivers",
    tags=["explanations"],
    summary="List what drives the scores of a cohort",
)
@policy(Scope.FRAUD_READ, errors=(NotExplainable,))
def cohort_drivers(
    cohort: _Cohort, wired: Wired, given: Annotated[Given, Depends(parameters_of(DriversQuery))]
) -> TopDriversResponse:
    """Returns the features with the largest mean |contribution| in a cohort, compared with the rest of its range.

    The rest are all other decisions of the range. Answers do not depend on labels; `asOf`, or the `asOf` of the cohort,
    leaves out the decisions made after it.
    """
    now = wired.clock()
    return wired.explanations.top_drivers(DriversQuery.read(given, now=now).question(cohort, now))
