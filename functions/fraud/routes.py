"""The routes of fraud analytics."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.fraud.cohort_models import CohortAnalysisResponse, CohortComparison
from shared.fraud.dashboard_models import AnalyticsDashboardResponse
from shared.fraud.models import ConfusionMatrix, PrecisionRecall
from shared.fraud.parameters import CohortsQuery, ComparisonQuery, DashboardQuery, MatrixQuery, MetricsQuery
from shared.runtime.errors import NotFound
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
_TAGS = ["fraud"]


@router.get("/analytics/dashboard", tags=_TAGS, summary="Get KPIs, trends and the newest decisions")
@policy(Scope.FRAUD_READ)
def dashboard(
    given: Annotated[Given, Depends(parameters_of(DashboardQuery))], wired: Wired
) -> AnalyticsDashboardResponse:
    """Returns the KPIs of a window or range, their trends, the newest decisions, and the health of the pipelines."""
    return wired.fraud_reports.dashboard(DashboardQuery.read(given, now=wired.clock()))


@router.get("/analytics/metrics/precision-recall", tags=_TAGS, summary="Get precision, recall and F1 score")
@policy(Scope.FRAUD_READ)
def precision_recall(given: Annotated[Given, Depends(parameters_of(MetricsQuery))], wired: Wired) -> PrecisionRecall:
    """Returns precision, recall, F1 score and the confusion matrix of a range.

    The parameters are those of `/analytics/metrics`; the response has neither decision times nor throughput.
    """
    return wired.fraud_reports.precision_recall(MetricsQuery.read(given, now=wired.clock()))


@router.get("/analytics/cohorts", tags=_TAGS, summary="Compare the cohorts of a dimension")
@policy(Scope.FRAUD_READ)
def cohorts(given: Annotated[Given, Depends(parameters_of(CohortsQuery))], wired: Wired) -> CohortAnalysisResponse:
    """Returns the KPIs of each cohort of a dimension, with intervals and differences from all other decisions."""
    return wired.fraud_reports.cohorts(CohortsQuery.read(given, now=wired.clock()))


@router.get("/analytics/cohorts/compare", tags=_TAGS, summary="Compare cohorts side by side")
@policy(Scope.FRAUD_READ, errors=(NotFound,))
def compare(given: Annotated[Given, Depends(parameters_of(ComparisonQuery))], wired: Wired) -> CohortComparison:
    """Returns 2 to 20 cohorts with the KPIs that were asked for, and which of them performs best and worst.

    404 lists the cohorts that have no decisions.
    """
    return wired.fraud_reports.compare(ComparisonQuery.read(given, now=wired.clock()))


@router.get("/analytics/explain/confusion-matrix", tags=_TAGS, summary="Get confusion matrices over time")
@policy(Scope.FRAUD_READ)
def confusion_matrix(given: Annotated[Given, Depends(parameters_of(MatrixQuery))], wired: Wired) -> ConfusionMatrix:
    """Returns the confusion matrix of every hour, day or week of a range."""
    return wired.fraud_reports.confusion_matrix(MatrixQuery.read(given, now=wired.clock()))
