"""The query parameters of the routes of API keys."""

from typing import Annotated

from pydantic import Field

from shared.runtime.paging import Order
from shared.runtime.query import Query
from shared.runtime.query_fields import PageNumber, PageSize, SortedBy, WholeNumber, sort_field

_LONGEST_GRACE = 168


class KeysQuery(Query):
    """A page of API keys."""

    page: PageNumber = 0
    size: PageSize = 20
    sort: Annotated[Order, SortedBy(("name", "owner", "created_at", "last_used_at", "revoked_at"))] | None = sort_field(
        "`created_at,asc`"
    )


class RotationQuery(Query):
    """How the secret of a key is replaced."""

    grace_hours: Annotated[int, WholeNumber(0, _LONGEST_GRACE)] = Field(
        default=24, description="Hours for which the old secret also stays valid."
    )
