"""The routes of uploads and of what may be done with a batch (resolutions §§ 7 and 9)."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.audit.request import note
from shared.ingestion.upload_models import UploadRequest, UploadResponse
from shared.runtime.dialects import ApiResponse
from shared.runtime.wiring import Wiring, wiring

router = Router()
Wired = Annotated[Wiring, Depends(wiring)]


@router.post("/ingest/uploads", status_code=HTTPStatus.CREATED, tags=["ingest"], summary="Announce a file")
def announce_upload(request: Annotated[UploadRequest, Body()], wired: Wired) -> ApiResponse[UploadResponse]:
    """Tell what a file of up to 5 GB holds, and get an address to put it at; it is loaded once it is there."""
    announced = wired.uploads.announce(request)
    note(after=announced.model_dump(mode="json", exclude={"url"}))
    return ApiResponse(data=announced)
