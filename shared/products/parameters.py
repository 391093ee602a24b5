"""The query parameters of the product report."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from shared.athena.snapshots import AS_OF_SNAPSHOTS, Snapshots, snapshot_errors, snapshots_field
from shared.products.dependencies import TABLES
from shared.products.question import DEFAULT_LIMIT, MOST_PRODUCTS, ProductQuestion, SortBy
from shared.runtime.errors import FieldError
from shared.runtime.query import Query
from shared.runtime.query_fields import (
    LONGEST_VALUE,
    Moment,
    TimeZone,
    WholeNumber,
    described,
    range_end,
    range_errors,
    range_start,
    trimmed,
    zone_of_dates,
)

LONGEST_RANGE = timedelta(days=1096)
_Category = Annotated[
    str,
    Field(pattern=r"\S", max_length=LONGEST_VALUE),
    trimmed,
    described(f"must be a text of 1 to {LONGEST_VALUE} characters"),
]


class ProductQuery(Query):
    """The time range, the category, and the ranking and number of products."""

    timezone: TimeZone = zone_of_dates()
    start: Moment = range_start(
        "Required. Start of the range, inclusive, not in the future. The range is at most "
        f"{LONGEST_RANGE.days} days long."
    )
    end: Moment = range_end()
    category: _Category | None = Field(
        default=None,
        description="Only lines of this category: a line without one has that of the product version valid at the "
        "sale, or of the first version for an earlier sale. An unknown category yields an empty list.",
        examples=["tea"],
    )
    sort_by: SortBy = Field(default=SortBy.REVENUE, description="Ranking metric (default: `revenue`).")
    limit: Annotated[int, WholeNumber(1, MOST_PRODUCTS)] = Field(
        default=DEFAULT_LIMIT, description=f"Maximum number of products (default: {DEFAULT_LIMIT})."
    )
    as_of_snapshots: Snapshots = snapshots_field()

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range, and that snapshots are those of tables that the report depends on."""
        yield from range_errors(valid, now=now, longest=LONGEST_RANGE)
        yield from snapshot_errors(valid.get(AS_OF_SNAPSHOTS, {}), TABLES, "product performance")

    @property
    def question(self) -> ProductQuestion:
        """Return the parameters as a question."""
        return ProductQuestion(
            start=self.start,
            end=self.end,
            category=self.category,
            sort_by=self.sort_by,
            limit=self.limit,
            as_of=self.as_of_snapshots,
        )
