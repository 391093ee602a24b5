"""The ingest routes (contract C § 1)."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.ingestion.models import (
    BatchIngestionRequest,
    BatchIngestionResponse,
    StreamIngestionRequest,
    StreamIngestionResponse,
)
from shared.runtime.dialects import ApiResponse
from shared.runtime.observability import elapsed_ms
from shared.runtime.wiring import Wiring, wiring

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.post("/ingest/batch", status_code=HTTPStatus.CREATED, tags=["ingest"], summary="Submit a batch of records")
def submit_batch(
    request: Annotated[BatchIngestionRequest, Body()], wired: Wired
) -> ApiResponse[BatchIngestionResponse]:
    """Load the valid rows of up to 10 000 records; the others go to quarantine with every reason.

    A batch whose quality score is below what its source asks for (70 unless configured) is refused: 422 with the code
    `INSUFFICIENT_DATA_QUALITY`, and all its rows are in quarantine.
    """
    return ApiResponse(data=wired.batches.submit(request, router.current_event.body or ""))


@router.post("/ingest/stream", status_code=HTTPStatus.ACCEPTED, tags=["ingest"], summary="Submit one record")
def submit_record(
    request: Annotated[StreamIngestionRequest, Body()], wired: Wired
) -> ApiResponse[StreamIngestionResponse]:
    """Put one valid record on the event stream, where producers may also put records themselves."""
    record_id = wired.event_stream.put(request)
    taken = StreamIngestionResponse(
        record_id=record_id, timestamp=request.timestamp, processing_latency_ms=elapsed_ms()
    )
    return ApiResponse(data=taken)
