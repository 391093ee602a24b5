"""The route of the health of pipelines."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.pipelines.models import PipelineHealthResponse
from shared.pipelines.parameters import PipelineQuery
from shared.runtime.errors import NotFound
from shared.runtime.query import Given

router = Router()


@router.get("/analytics/pipeline/health", tags=["observability"], summary="Report the health of the pipelines")
@policy(Scope.FRAUD_READ, errors=(NotFound,))
def pipeline_health(
    wired: Annotated[Wiring, Depends(wiring)], given: Annotated[Given, Depends(parameters_of(PipelineQuery))]
) -> PipelineHealthResponse:
    """Returns whether data pass each pipeline in time and, if not, which stage holds them up.

    An unknown `pipelineId` or `stage` is 404.
    """
    query = PipelineQuery.read(given)
    return wired.pipeline_health.report(query.pipeline_id, query.stage)
