"""The routes that accept records."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.ingestion.models import (
    BatchIngestionRequest,
    BatchIngestionResponse,
    StreamIngestionRequest,
    StreamIngestionResponse,
)
from shared.ingestion.preview.models import PreviewRequest, PreviewResponse
from shared.lake.files.errors import UnreadableFile
from shared.limits.classes import STREAMING
from shared.runtime.dialects import ApiResponse
from shared.runtime.observability import elapsed_ms

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.post("/ingest/batch", status_code=HTTPStatus.CREATED, tags=["ingest"], summary="Submit a batch of records")
@policy(Scope.INGEST_WRITE, audited=False)  # the ledger accounts for records
def submit_batch(
    request: Annotated[BatchIngestionRequest, Body()], wired: Wired
) -> ApiResponse[BatchIngestionResponse]:
    """Loads the valid rows of up to 10 000 records; invalid rows go to quarantine with every error.

    A batch whose quality score is below the minimum of its source (default: 70) is rejected with 422 and the code
    `INSUFFICIENT_DATA_QUALITY`; all its rows go to quarantine.
    """
    return ApiResponse(data=wired.batches.submit(request, router.current_event.body or ""))


@router.post("/ingest/stream", status_code=HTTPStatus.ACCEPTED, tags=["ingest"], summary="Submit one record")
@policy(Scope.INGEST_WRITE, rate=STREAMING, audited=False)  # the ledger accounts for records
def submit_record(
    request: Annotated[StreamIngestionRequest, Body()], wired: Wired
) -> ApiResponse[StreamIngestionResponse]:
    """Puts one valid record on the event stream. Producers may also write to the stream directly."""
    record_id = wired.event_stream.put(request)
    taken = StreamIngestionResponse(
        record_id=record_id, timestamp=request.timestamp, processing_latency_ms=elapsed_ms()
    )
    return ApiResponse(data=taken)


@router.post("/ingest/preview", tags=["ingest"], summary="Preview a file or records")
@policy(Scope.INGEST_WRITE, idempotent=False, audited=False, errors=(UnreadableFile,))  # it changes nothing
def preview(request: Annotated[PreviewRequest, Body()], wired: Wired) -> ApiResponse[PreviewResponse]:
    """Shows how a file is written, what would be loaded and rejected, and suggests a mapping. Nothing is stored.

    Send the first megabyte of a file, or up to 1 000 records. What cannot be known from the data, such as the order of
    day and month, is reported as a question and not guessed.
    """
    return ApiResponse(data=wired.previewer.preview(request))
