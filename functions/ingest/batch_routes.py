"""The routes of file uploads and of the batch lifecycle."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.audit.request import note
from shared.auth.scopes import Scope
from shared.ingestion.batches.parameters import BatchesQuery
from shared.ingestion.models import BatchesResponse, BatchStatusResponse
from shared.ingestion.uploads.models import UploadRequest, UploadResponse
from shared.runtime.dialects import ApiResponse
from shared.runtime.query import Given

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
BatchId = Annotated[str, Path(max_length=100, description="Id of the batch.")]


@router.post("/ingest/uploads", status_code=HTTPStatus.CREATED, tags=["ingest"], summary="Create a file upload")
@policy(Scope.INGEST_WRITE, idempotent=False)  # the URL is a secret, and soon expires
def announce_upload(request: Annotated[UploadRequest, Body()], wired: Wired) -> ApiResponse[UploadResponse]:
    """Returns a presigned URL for a file of up to 5 GB. The file is loaded after it has been uploaded there."""
    announced = wired.uploads.create(request)
    note(after=announced.model_dump(mode="json", exclude={"url"}))
    return ApiResponse(data=announced)


@router.get("/ingest/batches", tags=["ingest"], summary="List batches")
@policy(Scope.INGEST_READ)
def list_batches(
    given: Annotated[Given, Depends(parameters_of(BatchesQuery))], wired: Wired
) -> ApiResponse[BatchesResponse]:
    """Returns batches and files with their status, newest first. Pages shift when new batches arrive: end the range.

    The range selects by time of receipt; a file counts from its announcement until its first row is read.
    """
    return ApiResponse(data=wired.batch_list.page(BatchesQuery.read(given, now=wired.clock())))


@router.get("/ingest/batches/<batch_id>/status", tags=["ingest"], summary="Get the status of a batch")
@policy(Scope.INGEST_READ)
def batch_status(batch_id: BatchId, wired: Wired) -> ApiResponse[BatchStatusResponse]:
    """Returns progress, outcomes and errors by kind of a batch, whether it was sent in a request or as a file."""
    return ApiResponse(data=wired.lifecycle.status(batch_id))


@router.post("/ingest/batches/<batch_id>/cancel", tags=["ingest"], summary="Cancel a batch")
@policy(Scope.INGEST_WRITE)
def cancel_batch(batch_id: BatchId, wired: Wired) -> ApiResponse[BatchStatusResponse]:
    """Stops the rows that are not merged yet and reports those that are. The data is kept: the batch can be resumed."""
    note(before=wired.lifecycle.status(batch_id).model_dump(mode="json"))
    return ApiResponse(data=wired.lifecycle.cancel(batch_id))


@router.post("/ingest/batches/<batch_id>/resume", tags=["ingest"], summary="Resume a failed or cancelled batch")
@policy(Scope.INGEST_WRITE)
def resume_batch(batch_id: BatchId, wired: Wired) -> ApiResponse[BatchStatusResponse]:
    """Loads the rows that are not loaded yet, by the current configuration of the source. No row is counted twice."""
    note(before=wired.lifecycle.status(batch_id).model_dump(mode="json"))
    return ApiResponse(data=wired.lifecycle.resume(batch_id))
