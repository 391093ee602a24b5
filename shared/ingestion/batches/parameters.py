"""The query parameters of the list of batches."""

from typing import Annotated

from pydantic import Field

from shared.ledger.entry import BatchStatus
from shared.ledger.parameters import DeliveryQuery
from shared.runtime.query_fields import OneOf, PageNumber, PageSize


class BatchesQuery(DeliveryQuery):
    """Batches by source, type, status and time of receipt."""

    status: Annotated[str, OneOf(tuple(BatchStatus))] | None = Field(
        default=None, description="Only batches with this status."
    )
    page: PageNumber = 0
    size: PageSize = 20
