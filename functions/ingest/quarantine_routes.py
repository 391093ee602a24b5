"""The quarantine routes: rejected rows, their errors, and how they are redriven or dropped."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.scopes import Scope
from shared.quarantine.models import QuarantineResponse, RowErrorsResponse
from shared.quarantine.parameters import QuarantineQuery, RowErrorsQuery
from shared.recovery.models import DropRequest, DropResponse, RedriveRequest, RedriveResponse
from shared.runtime.dialects import ApiResponse
from shared.runtime.errors import Unprocessable
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.get("/ingest/batches/<batch_id>/errors", tags=["ingest"], summary="List row errors of a batch")
@policy(Scope.INGEST_READ, errors=(Unprocessable,))
def batch_errors(
    batch_id: Annotated[str, Path(max_length=100, description="Id of the batch.")],
    wired: Wired,
    given: Annotated[Given, Depends(parameters_of(RowErrorsQuery))],
) -> ApiResponse[RowErrorsResponse]:
    """Returns every error of every quarantined row of a batch, or of all parts of a file, in row order by default.

    More than 100 000 errors can be sorted by `row` only (422).
    """
    return ApiResponse(data=wired.row_errors.page(batch_id, RowErrorsQuery.read(given)))


@router.get("/ingest/quarantine", tags=["ingest"], summary="List quarantined rows")
@policy(Scope.INGEST_READ)
def browse_quarantine(
    given: Annotated[Given, Depends(parameters_of(QuarantineQuery))], wired: Wired
) -> ApiResponse[QuarantineResponse]:
    """Returns rejected rows as received, with every error; filter by source, type, time, code. The oldest are first."""
    return ApiResponse(data=wired.quarantine_reports.page(QuarantineQuery.read(given, now=wired.clock())))


@router.post("/ingest/quarantine/redrive", tags=["ingest"], summary="Redrive quarantined rows")
@policy(Scope.INGEST_WRITE)
def redrive(request: Annotated[RedriveRequest, Body()], wired: Wired) -> ApiResponse[RedriveResponse]:
    """Validates rows against the current schema, mapping and threshold, and loads the valid ones.

    Each row is counted once. With `dry_run` nothing changes; the response reports what would happen. Values can be
    corrected: the audit log names the corrected columns, not the values.
    """
    driven = wired.redrive_service.redrive(request)
    corrected = {row: sorted(columns) for row, columns in (request.corrections or {}).items()}
    asked = request.model_dump(mode="json", exclude_none=True, exclude={"corrections"})
    told = driven.model_dump(mode="json", exclude={"rejected_rows", "skipped_deliveries"})
    note(after={"request": asked | ({"corrected": corrected} if corrected else {}), "result": told})
    return ApiResponse(data=driven)


@router.post("/ingest/quarantine/drop", tags=["ingest"], summary="Drop quarantined rows")
@policy(Scope.INGEST_WRITE)
def drop(request: Annotated[DropRequest, Body()], wired: Wired) -> ApiResponse[DropResponse]:
    """Takes rows out of quarantine for good. The ledger still counts them as quarantined, and as dropped.

    The data as received stays archived with its delivery. Rows that were received in one group are dropped together.
    """
    dropped = wired.redrive_service.drop(request)
    note(after={"request": request.model_dump(mode="json", exclude_none=True), "result": dropped.model_dump()})
    return ApiResponse(data=dropped)
