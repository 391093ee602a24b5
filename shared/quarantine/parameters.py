"""The query parameters of the quarantine."""

from typing import Annotated

from pydantic import Field

from shared.ledger.filters import REASON_CODE
from shared.ledger.parameters import DeliveryQuery
from shared.runtime.paging import Order
from shared.runtime.query import Query
from shared.runtime.query_fields import PageNumber, PageSize, SortedBy, described, sort_field

SORTABLE_ROWS = ("received_at", "source_id", "data_type")
"""Fields of quarantined rows by which they can be sorted: rows of a delivery have them in common and stay together."""

SORTABLE_ERRORS = ("row", "field", "code")
"""Fields by which the errors of a batch can be sorted."""

_Code = Annotated[
    str,
    Field(pattern=f"^{REASON_CODE}$"),
    described("must be the code of an error, e.g. required or decision_unknown"),
]


class QuarantineQuery(DeliveryQuery):
    """Rejected rows."""

    code: _Code | None = Field(
        default=None, description="Only rows rejected with this error code.", examples=["decision_unknown"]
    )
    page: PageNumber = 0
    size: PageSize = 20
    sort: Annotated[Order, SortedBy(SORTABLE_ROWS)] | None = sort_field("in order of receipt")


class RowErrorsQuery(Query):
    """A page of the row errors of a batch."""

    page: PageNumber = 0
    size: PageSize = 20
    sort: Annotated[Order, SortedBy(SORTABLE_ERRORS)] | None = sort_field("in row order")
