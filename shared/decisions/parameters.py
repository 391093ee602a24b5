"""The query parameters that routes of fraud analytics have in common: a range, the time of the labels, a page."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from shared.runtime.errors import FieldError
from shared.runtime.paging import LARGEST_LIMIT, LARGEST_OFFSET
from shared.runtime.query import Query
from shared.runtime.query_fields import Moment, WholeNumber


class FraudQuery(Query):
    """A question about decisions, as far as they and their labels were known at a time."""

    as_of: Moment | None = Field(
        default=None,
        alias="asOf",
        description="Answers with the decisions made, and the labels given, up to this time (default: now). A label "
        "that is delivered late counts from `labelled_at`, so it changes earlier answers, too.",
        examples=["2025-11-08T12:00:00Z"],
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check that the time is not in the future."""
        as_of = valid.get("as_of")
        if as_of and now and as_of > now:
            yield FieldError("asOf", "must not be in the future", as_of)


class FraudRangeQuery(FraudQuery):
    """A question about the decisions of a range of time."""

    start: Moment = Field(
        alias="startDate",
        description="Required. Start of the range, inclusive; a bare date is midnight UTC.",
        examples=["2025-11-01T00:00:00Z"],
    )
    end: Moment = Field(
        alias="endDate", description="Required. End of the range, exclusive.", examples=["2025-11-08T00:00:00Z"]
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range and the time of the labels."""
        yield from super().contradictions(valid, now)
        yield from range_errors(valid, now)


class FraudPageQuery(Query):
    """A page of a list."""

    limit: Annotated[int, WholeNumber(1, LARGEST_LIMIT)] = Field(
        default=50, description="Maximum number of items to return."
    )
    offset: Annotated[int, WholeNumber(0, LARGEST_OFFSET)] = Field(
        default=0, description="Number of items to skip. The oldest item comes first."
    )


def range_errors(valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
    """Check that a range has an order and does not begin in the future."""
    start, end = valid.get("start"), valid.get("end")
    if start and end and start >= end:
        yield FieldError("endDate", "must be after startDate", end)
    if start and now and start > now:
        yield FieldError("startDate", "must not be in the future", start)
