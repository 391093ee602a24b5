"""The routes of uploads and of what may be done with a batch (resolutions §§ 7 and 9)."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from shared.audit.request import note
from shared.ingestion.models import BatchStatusResponse
from shared.ingestion.upload_models import UploadRequest, UploadResponse
from shared.runtime.dialects import ApiResponse
from shared.runtime.wiring import Wiring, wiring

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]
BatchId = Annotated[str, Path(max_length=100)]


@router.post("/ingest/uploads", status_code=HTTPStatus.CREATED, tags=["ingest"], summary="Announce a file")
def announce_upload(request: Annotated[UploadRequest, Body()], wired: Wired) -> ApiResponse[UploadResponse]:
    """Tell what a file of up to 5 GB holds, and get an address to put it at; it is loaded once it is there."""
    announced = wired.uploads.announce(request)
    note(after=announced.model_dump(mode="json", exclude={"url"}))
    return ApiResponse(data=announced)


@router.get("/ingest/batches/<batch_id>/status", tags=["ingest"], summary="Tell where a batch stands")
def batch_status(batch_id: BatchId, wired: Wired) -> ApiResponse[BatchStatusResponse]:
    """Progress, outcome in the ledger and kinds of errors of a batch, sent in a request or as a file."""
    return ApiResponse(data=wired.lifecycle.status(batch_id))


@router.post("/ingest/batches/<batch_id>/cancel", tags=["ingest"], summary="Cancel a batch")
def cancel_batch(batch_id: BatchId, wired: Wired) -> ApiResponse[BatchStatusResponse]:
    """Stop what has not merged and say what had; what was received is kept, so that the batch can be resumed."""
    note(before=wired.lifecycle.status(batch_id).model_dump(mode="json"))
    return ApiResponse(data=wired.lifecycle.cancel(batch_id))


@router.post("/ingest/batches/<batch_id>/resume", tags=["ingest"], summary="Resume a failed or cancelled batch")
def resume_batch(batch_id: BatchId, wired: Wired) -> ApiResponse[BatchStatusResponse]:
    """Load what is not loaded, by the source's configuration as it is now; every record is counted once."""
    note(before=wired.lifecycle.status(batch_id).model_dump(mode="json"))
    return ApiResponse(data=wired.lifecycle.resume(batch_id))
