"""The source routes."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Response, Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.scopes import Scope
from shared.records.ids import SourceId
from shared.runtime.dialects import ApiResponse
from shared.runtime.query import Given
from shared.sources.models import DataSource, DataSourcesResponse, SourceConfigurationRequest
from shared.sources.parameters import SourcesQuery

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
SourceInPath = Annotated[SourceId, Path(description="Id of the source: 3 to 50 letters, digits or hyphens.")]


@router.get("/ingest/sources", tags=["ingest"], summary="List data sources")
@policy(Scope.INGEST_READ)
def list_sources(
    wired: Wired, given: Annotated[Given, Depends(parameters_of(SourcesQuery))]
) -> ApiResponse[DataSourcesResponse]:
    """Returns every source that is configured or has delivered data, with its ledger totals."""
    return ApiResponse(data=wired.sources.page(SourcesQuery.read(given), wired.clock()))


@router.get("/ingest/sources/<source_id>", tags=["ingest"], summary="Get a data source")
@policy(Scope.INGEST_READ)
def get_source(source_id: SourceInPath, wired: Wired) -> ApiResponse[DataSource]:
    """Returns a source that is configured or has delivered data, with its status and ledger totals."""
    return ApiResponse(data=wired.sources.get(source_id, wired.clock()))


@router.put("/ingest/sources/<source_id>", tags=["ingest"], summary="Configure a data source")
@policy(Scope.INGEST_WRITE)
def configure_source(
    source_id: SourceInPath,
    configuration: Annotated[SourceConfigurationRequest, Body()],
    wired: Wired,
) -> ApiResponse[DataSource]:
    """Creates or replaces the configuration of a source. It applies to new deliveries within seconds.

    The configuration is validated first: 400 names every field that cannot be applied to a record.
    Rows already in quarantine can be redriven.
    """
    before = wired.source_configs.put(source_id, configuration)
    note(before=before, after=configuration.model_dump(mode="json", exclude_none=True, exclude_unset=True))
    return ApiResponse(data=wired.sources.get(source_id, wired.clock()))


@router.delete(
    "/ingest/sources/<source_id>",
    tags=["ingest"],
    summary="Delete the configuration of a data source",
    responses={HTTPStatus.NO_CONTENT: {"description": "The source has no configuration."}},
)
@policy(Scope.INGEST_WRITE)
def delete_source(source_id: SourceInPath, wired: Wired) -> Response[str]:
    """Deletes the configuration: name, type, cadence, namespace, thresholds and mappings. Data and ledger are kept.

    A source that has delivered data is still listed, with defaults; any other no longer exists. New deliveries are
    read without mappings, and their ids have no namespace. Deleting it again changes nothing.
    """
    wired.sources.get(source_id, wired.clock())
    note(before=wired.source_configs.delete(source_id))
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")
