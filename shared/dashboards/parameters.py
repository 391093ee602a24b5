"""The query parameters of the dashboard routes, and of what widgets ask that has no route with parameters."""

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from shared.dashboards.models import MOST_WIDGETS, DashboardCategory
from shared.runtime.paging import Order
from shared.runtime.query import Query
from shared.runtime.query_fields import PageNumber, PageSize, SortedBy, sort_field


def _ids(values: object) -> tuple[str, ...]:
    """Read ids, each in a parameter of its own or with commas between them."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("must be widget ids")
    ids = [word.strip() for value in values for word in value.split(",")]
    if not all(ids) or len(ids) > MOST_WIDGETS:
        raise ValueError(f"must be 1 to {MOST_WIDGETS} widget ids")
    return tuple(dict.fromkeys(ids))


class DashboardsQuery(Query):
    """A page of dashboards."""

    category: DashboardCategory | None = Field(default=None, description="Only dashboards of this category.")
    page: PageNumber = 0
    size: PageSize | None = Field(default=None, description="Number of dashboards per page (default: all).")
    sort: (
        Annotated[Order, SortedBy(("name", "category", "created_at", "updated_at")), WithJsonSchema({"type": "string"})]
        | None
    ) = sort_field("the oldest first")


class DashboardDataQuery(Query):
    """The widgets whose data are wanted."""

    widget_ids: Annotated[tuple[str, ...], BeforeValidator(_ids), WithJsonSchema({"type": "string"})] = Field(
        default=(),
        description="Only these widgets (default: all); repeated, or with commas between the ids.",
        examples=["revenue,orders"],
    )


class SegmentsQuery(Query):
    """The segments of customers, which have no parameters."""
