"""The query parameters of the list of sources."""

from typing import Annotated

from pydantic import Field

from shared.runtime.paging import Order
from shared.runtime.query import Query
from shared.runtime.query_fields import Boolean, PageNumber, PageSize, SortedBy, sort_field


class SourcesQuery(Query):
    """A page of data sources."""

    page: PageNumber = 0
    size: PageSize = 20
    sort: Annotated[Order, SortedBy(("source_id", "name", "last_ingestion", "total_records"))] | None = sort_field(
        "order of registration"
    )
    active_only: Boolean = Field(default=True, description="Whether to omit `inactive` sources (default: true).")
