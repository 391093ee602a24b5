"""The ledger's route (resolutions § 9): what became of every record."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from functions.ingest.asking import Given, ledger_query
from shared.ingestion.account_models import LedgerResponse
from shared.runtime.dialects import ApiResponse
from shared.runtime.wiring import Wiring, wiring

router = Router()


@router.get("/ingest/ledger", tags=["ingest"], summary="Tell what became of every record")
def ledger(
    asked: Annotated[Given, Depends(ledger_query)], wired: Annotated[Wiring, Depends(wiring)]
) -> ApiResponse[LedgerResponse]:
    """A line for each source, type and hour that the range touches, or for each delivery, and what they add up to."""
    return ApiResponse(data=wired.accounts.answer(asked))
