"""The query parameters of the quality reports."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from shared.quality.question import QualityQuestion
from shared.records.schema import DataType
from shared.runtime.errors import FieldError
from shared.runtime.paging import Order
from shared.runtime.query import Query
from shared.runtime.query_fields import (
    Moment,
    PageNumber,
    PageSize,
    SortedBy,
    described,
    range_end,
    range_errors,
    range_start,
    sort_field,
)

SORTABLE = ("source_id", "data_type", "quality_score", "rows")
"""Fields of a report by which reports can be sorted."""

LONGEST_RANGE = timedelta(days=366)
_LONGEST_ID = 50
_SourceId = Annotated[
    str,
    Field(min_length=1, max_length=_LONGEST_ID),
    described(f"must be a source id of at most {_LONGEST_ID} characters"),
]


class QualityQuery(Query):
    """The deliveries that the reports cover."""

    source_id: _SourceId | None = Field(default=None, description="Only data from this source.", examples=["web-shop"])
    data_type: DataType | None = Field(default=None, description="Only records of this type.")
    start: Moment = range_start(
        "Required. Start of the range of receipt, inclusive. Hours that the range touches count as a whole. At most "
        f"{LONGEST_RANGE.days} days."
    )
    end: Moment = range_end()
    page: PageNumber = Field(default=0, description="Page of reports, starting at 0; only with `size`.")
    size: PageSize | None = Field(default=None, description="Number of reports per page (default: all reports).")
    sort: Annotated[Order, SortedBy(SORTABLE)] | None = sort_field("by source and data type")

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], _now: datetime | None) -> Iterator[FieldError]:
        """Check the range, and that a page has a size."""
        yield from range_errors(valid, longest=LONGEST_RANGE)
        if valid.get("page") and "size" in valid and valid["size"] is None:
            yield FieldError("size", "is required if page is given")

    @property
    def question(self) -> QualityQuestion:
        """Return the parameters as a question."""
        return QualityQuestion(**dict(self))
