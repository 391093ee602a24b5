"""The query parameters of the list of batches."""

from typing import Annotated

from pydantic import Field

from shared.ledger.entry import BatchStatus
from shared.ledger.parameters import DeliveryQuery
from shared.runtime.paging import Order
from shared.runtime.query_fields import OneOf, PageNumber, PageSize, SortedBy, sort_field

SORTABLE = ("started_at", "completed_at", "status", "source_id", "data_type")
"""Fields of a listed batch by which the list can be sorted."""


class BatchesQuery(DeliveryQuery):
    """Batches by source, type, status and time of receipt."""

    status: Annotated[str, OneOf(tuple(BatchStatus))] | None = Field(
        default=None, description="Only batches with this status."
    )
    page: PageNumber = 0
    size: PageSize = 20
    sort: Annotated[Order, SortedBy(SORTABLE)] | None = sort_field("the newest first")
