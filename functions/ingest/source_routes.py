"""The source routes."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.scopes import Scope
from shared.records.ids import SourceId
from shared.runtime.dialects import ApiResponse
from shared.runtime.paging import PageNumber, PageSize
from shared.sources.models import DataSource, DataSourcesResponse, SourceConfigurationRequest

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.get("/ingest/sources", tags=["ingest"], summary="List data sources")
@policy(Scope.INGEST_READ)
def list_sources(
    wired: Wired,
    page: PageNumber = 0,
    size: PageSize = 20,
    active_only: Annotated[bool, Query(description="Whether to omit `inactive` sources (default: true).")] = True,
) -> ApiResponse[DataSourcesResponse]:
    """Returns every source that is configured or has delivered data, with its ledger totals, newest last."""
    sources = wired.sources.page(number=page, size=size, active_only=active_only, now=wired.clock())
    return ApiResponse(data=sources)


@router.put("/ingest/sources/<source_id>", tags=["ingest"], summary="Configure a data source")
@policy(Scope.INGEST_WRITE)
def configure_source(
    source_id: Annotated[SourceId, Path(description="Id of the source: 3 to 50 letters, digits or hyphens.")],
    configuration: Annotated[SourceConfigurationRequest, Body()],
    wired: Wired,
) -> ApiResponse[DataSource]:
    """Creates or replaces the configuration of a source. It applies to new deliveries within seconds.

    The configuration is validated first: 400 names every field that cannot be applied to a record.
    Rows already in quarantine can be redriven.
    """
    before = wired.source_configs.put(source_id, configuration)
    note(before=before, after=configuration.model_dump(mode="json", exclude_none=True))
    return ApiResponse(data=wired.sources.get(source_id, wired.clock()))
