"""The query parameters of the ledger, and those that it shares with the quarantine."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.ledger.filters import DATA_TYPES, DEFAULT_RANGE, LONGEST_RANGE, Filters, midnight
from shared.records.ids import SOURCE_ID
from shared.runtime.errors import FieldError
from shared.runtime.paging import Order
from shared.runtime.query import Query
from shared.runtime.query_fields import (
    Moment,
    OneOf,
    PageNumber,
    PageSize,
    SortedBy,
    described,
    range_end,
    range_errors,
    range_start,
    sort_field,
)

SORTABLE = (
    "hour",
    "source_id",
    "data_type",
    "received",
    "loaded",
    "duplicate",
    "conflict",
    "quarantined",
    "superseded",
    "in_flight",
)
"""Fields of a line by which the ledger can be sorted."""

_SourceId = Annotated[str, Field(pattern=SOURCE_ID), described("must be 3 to 50 letters, digits or hyphens")]


class DeliveryQuery(Query):
    """Deliveries by source, type and time of receipt; without a range, those of the last seven days."""

    source_id: _SourceId | None = Field(default=None, description="Only data from this source.", examples=["web-shop"])
    data_type: Annotated[str, OneOf(DATA_TYPES)] | None = Field(default=None, description="Only records of this type.")
    start: Moment | None = range_start(
        "Start of the range of receipt (default: midnight seven days before the end). At most "
        f"{LONGEST_RANGE.days} days.",
        default=None,
    )
    end: Moment | None = range_end("End of the range, exclusive (default: now).", default=None)

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range."""
        if now and {"start", "end"} <= valid.keys():
            start, end = _range(valid["start"], valid["end"], now)
            yield from range_errors({"start": start, "end": end}, longest=LONGEST_RANGE)

    def filters(self, now: datetime) -> Filters:
        """Return the filters that the parameters ask for."""
        start, end = _range(self.start, self.end, now)
        return Filters(source_id=self.source_id, data_type=self.data_type, start=start, end=end)


class LedgerQuery(DeliveryQuery):
    """Lines of the ledger."""

    deliveries: Literal["true", "false"] = Field(
        default="false", description="Return one line per delivery of `source_id` instead of per hour."
    )
    interval: Literal["hour", "day"] = Field(
        default="hour", description="Added: the time of receipt that a line covers: an hour or a day, UTC."
    )
    page: PageNumber = 0
    size: PageSize = 20
    sort: Annotated[Order, SortedBy(SORTABLE)] | None = sort_field("time, then source and data type")

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range, and that deliveries are those of a source and not of an interval."""
        yield from super().contradictions(valid, now)
        if valid.get("deliveries") == "true" and not valid.get("source_id"):
            yield FieldError("source_id", "is required if deliveries is true")
        if valid.get("deliveries") == "true" and valid.get("interval") == "day":
            yield FieldError("interval", "must not be combined with deliveries=true")


def _range(start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    last = end or now + timedelta(milliseconds=1)
    return start or midnight(last - DEFAULT_RANGE), last
