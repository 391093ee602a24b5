"""The routes of sources (contract C 1.3, resolutions § 9)."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from shared.audit.request import note
from shared.ingestion.models import SourceId
from shared.ingestion.source_models import DataSource, DataSourcesResponse, SourceConfigurationRequest
from shared.runtime.dialects import ApiResponse
from shared.runtime.paging import PageNumber, PageSize
from shared.runtime.wiring import Wiring, wiring

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.get("/ingest/sources", tags=["ingest"], summary="List the data sources")
def list_sources(
    wired: Wired,
    page: PageNumber = 0,
    size: PageSize = 20,
    active_only: Annotated[bool, Query(description="Leave out those that are `inactive`.")] = True,
) -> ApiResponse[DataSourcesResponse]:
    """Every source that is configured or has delivered, a new one last, with the ledger's totals."""
    sources = wired.sources.page(number=page, size=size, active_only=active_only, now=wired.clock())
    return ApiResponse(data=sources)


@router.put("/ingest/sources/<source_id>", tags=["ingest"], summary="Configure a data source")
def configure_source(
    source_id: Annotated[SourceId, Path()], configuration: Annotated[SourceConfigurationRequest, Body()], wired: Wired
) -> ApiResponse[DataSource]:
    """Register a source, or replace all that is configured of it; within seconds its deliveries are judged by that.

    The configuration is tried first: 400 names every field that could not be applied to a record.
    Rows that are in quarantine by then can be driven again.
    """
    before = wired.source_configs.put(source_id, configuration)
    note(before=before, after=configuration.model_dump(mode="json", exclude_none=True))
    return ApiResponse(data=wired.sources.get(source_id, wired.clock()))
