"""The query parameters of the quarantine."""

from typing import Annotated

from pydantic import Field

from shared.ledger.filters import REASON_CODE
from shared.ledger.parameters import DeliveryQuery
from shared.runtime.query import Query
from shared.runtime.query_fields import PageNumber, PageSize, described

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


class RowErrorsQuery(Query):
    """A page of the row errors of a batch."""

    page: PageNumber = 0
    size: PageSize = 20
