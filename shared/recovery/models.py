"""Models of the routes that take rows out of quarantine: redrive and drop."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator
from pydantic.config import JsonDict

from shared.ledger.filters import DEFAULT_RANGE, LONGEST_RANGE, REASON_CODE
from shared.quarantine.models import read_row_id
from shared.records.ids import SourceId
from shared.records.row_error import ValidationError
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, Timestamp

MOST_IDS = 1_000
MAX_REPORTED = 100
MOST_COLUMNS = 200
_EXAMPLE: JsonDict = {"source_id": "web-shop", "data_type": "transactions", "dry_run": True}


def _row_id(text: str) -> str:
    read_row_id(text)
    return text


_RowId = Annotated[str, Field(max_length=250, pattern=r"^.+:[0-9]+$"), AfterValidator(_row_id)]


_Column = Annotated[str, Field(min_length=1, max_length=200)]


class ReceivedRange(Model):
    """A half-open range of receipt times."""

    model_config = ConfigDict(extra="forbid")

    start: Timestamp = Field(description="Start of the range, inclusive.")
    end: Timestamp = Field(description="End of the range, exclusive.")

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> "ReceivedRange":
        if self.start >= self.end:
            raise ValueError("start must be before end")
        if self.end - self.start > LONGEST_RANGE:
            raise ValueError(f"must not be longer than {LONGEST_RANGE.days} days")
        return self


class RowSelection(Model):
    """Quarantined rows: by id, or by filters."""

    model_config = ConfigDict(extra="forbid")

    ids: Optional[Annotated[list[_RowId], Field(min_length=1)]] = Field(
        default=None, max_length=MOST_IDS, description="Ids of rows; excludes all filters."
    )
    source_id: Optional[SourceId] = Field(default=None, description="Only rows from this source.")
    data_type: Optional[DataType] = Field(default=None, description="Only rows of this type.")
    time_range: Optional[ReceivedRange] = Field(
        default=None,
        description=f"Only rows received in this range (default: the last {DEFAULT_RANGE.days} days), at most "
        f"{LONGEST_RANGE.days} days long.",
    )
    code: Optional[Annotated[str, Field(pattern=f"^{REASON_CODE}$")]] = Field(
        default=None, description="Only rows rejected with this error code."
    )
    after: Optional[Annotated[str, Field(max_length=300)]] = Field(
        default=None,
        description="Continue after this delivery: `after` of the previous response if that was not `complete`.",
    )

    @model_validator(mode="after")
    def _names_or_filters(self) -> Self:
        if self.ids and any((self.source_id, self.data_type, self.time_range, self.code, self.after)):
            raise ValueError("ids and filters must not be combined")
        return self


class RedriveRequest(RowSelection):
    """The quarantined rows to redrive: by id, or by filters."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    dry_run: StrictBool = Field(
        default=False, description="Validate only: report the result without changing anything."
    )
    corrections: Optional[dict[_RowId, Annotated[dict[_Column, Any], Field(max_length=MOST_COLUMNS)]]] = Field(
        default=None,
        max_length=MOST_IDS,
        description="Added: id of a row → column of the row as received → the value to use instead; null removes it. "
        "The ids must be among `ids`. A row that is still invalid remains in quarantine as received. Malformed rows "
        "cannot be corrected.",
        examples=[{"batch-0197…:3": {"quantity": "2"}}],
    )

    @model_validator(mode="after")
    def _corrects_selected_rows(self) -> Self:
        if self.corrections and not self.corrections.keys() <= set(self.ids or ()):
            raise ValueError("corrections must be of rows in ids")
        return self


class DropRequest(RowSelection):
    """The quarantined rows to drop: by id, or by filters with a source."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["batch-0197…:3"]}]})

    @model_validator(mode="after")
    def _names_rows_or_a_source(self) -> Self:
        if not self.ids and not self.source_id:
            raise ValueError("ids or source_id is required")
        return self


class RejectedAgain(Model):
    """A row that remains in quarantine, with its errors."""

    id: str = Field(description="Id of the row.")
    errors: list[ValidationError] = Field(description="Errors of the row.")


class Skipped(Model):
    """A delivery that was skipped, with the reason."""

    origin: str = Field(description="Id of the delivery.")
    rows: int = Field(description="Number of rows skipped.")
    reason: str = Field(description="Why the delivery was skipped.")


class DropResponse(Model):
    """Result of dropping rows."""

    dropped: int = Field(
        description="Rows dropped, with those that were received in one group with the selected ones, such as the "
        "lines of an order."
    )
    skipped: int = Field(description="Rows not dropped because their delivery cannot be changed now.")
    skipped_deliveries: list[Skipped] = Field(description=f"The first {MAX_REPORTED} skipped deliveries.")
    complete: bool = Field(
        description="Whether all selected rows were processed; if not, repeat the request with `after`."
    )
    after: Optional[str] = Field(default=None, description="Last delivery processed; present if not `complete`.")


class RedriveResponse(Model):
    """Result of a redrive, or of its dry run."""

    dry_run: bool = Field(description="Whether this was a dry run.")
    rows: int = Field(description="Rows validated.")
    accepted: int = Field(description="Rows that are valid now: in flight after a redrive, unchanged after a dry run.")
    rejected: int = Field(description="Rows that are still invalid and remain in quarantine.")
    skipped: int = Field(description="Rows not validated because their delivery cannot be redriven now.")
    reasons: dict[str, int] = Field(description="Number of rejected rows per error code.")
    rejected_rows: list[RejectedAgain] = Field(description=f"The first {MAX_REPORTED} rejected rows.")
    skipped_deliveries: list[Skipped] = Field(description=f"The first {MAX_REPORTED} skipped deliveries.")
    complete: bool = Field(
        description="Whether all selected rows were processed; if not, repeat the request with `after`."
    )
    after: Optional[str] = Field(default=None, description="Last delivery processed; present if not `complete`.")
