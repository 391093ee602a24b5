"""The ledger route: the outcome of every record."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.depends import Depends

from shared.app.query_parameters import parameters_of
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.ledger.models import LedgerResponse
from shared.ledger.parameters import LedgerQuery
from shared.runtime.dialects import ApiResponse
from shared.runtime.query import Given

router = Router()


@router.get("/ingest/ledger", tags=["ingest"], summary="Query the ledger")
@policy(Scope.INGEST_READ)
def ledger(
    given: Annotated[Given, Depends(parameters_of(LedgerQuery))], wired: Annotated[Wiring, Depends(wiring)]
) -> ApiResponse[LedgerResponse]:
    """Returns the outcomes of all records by source, type and hour or day of receipt, or by delivery, with totals."""
    return ApiResponse(data=wired.ledger_reports.page(LedgerQuery.read(given, now=wired.clock())))
