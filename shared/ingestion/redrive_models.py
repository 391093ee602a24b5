"""The nouns of the re-drive route (resolutions § 9)."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator
from pydantic.config import JsonDict

from shared.ingestion.asked import DEFAULT_RANGE, LONGEST_RANGE, REASON_CODE
from shared.ingestion.models import SourceId, ValidationError
from shared.ingestion.quarantine_models import read_row_id
from shared.records.schema import DataType
from shared.runtime.models import Model, Optional, Timestamp

MOST_IDS = 1_000
MOST_TOLD = 100
_EXAMPLE: JsonDict = {"source_id": "web-shop", "data_type": "transactions", "dry_run": True}


def _row_id(text: str) -> str:
    read_row_id(text)
    return text


_RowId = Annotated[str, Field(max_length=250, pattern=r"^.+:[0-9]+$"), AfterValidator(_row_id)]


class ReceivedRange(Model):
    """A half-open range of moments."""

    model_config = ConfigDict(extra="forbid")

    start: Timestamp
    end: Timestamp

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> "ReceivedRange":
        if self.start >= self.end:
            raise ValueError("must begin before it ends: start is part of it, end is not")
        if self.end - self.start > LONGEST_RANGE:
            raise ValueError(f"must not be longer than {LONGEST_RANGE.days} days")
        return self


class RedriveRequest(Model):
    """Which rows in quarantine are to be driven again: those named, or all that the filters mean."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    ids: Optional[Annotated[list[_RowId], Field(min_length=1)]] = Field(
        default=None, max_length=MOST_IDS, description="Rows by their ids; then no filters."
    )
    source_id: Optional[SourceId] = None
    data_type: Optional[DataType] = None
    time_range: Optional[ReceivedRange] = Field(
        default=None,
        description=f"Received in this range; by default the last {DEFAULT_RANGE.days} days. At most "
        f"{LONGEST_RANGE.days} days.",
    )
    code: Optional[Annotated[str, Field(pattern=f"^{REASON_CODE}$")]] = Field(
        default=None, description="Only rows against which this code speaks."
    )
    dry_run: StrictBool = Field(default=False, description="Tell what would happen, and change nothing.")
    after: Optional[Annotated[str, Field(max_length=300)]] = Field(
        default=None, description="Go on behind the delivery that an answer named which was not `complete`."
    )

    @model_validator(mode="after")
    def _names_or_filters(self) -> "RedriveRequest":
        if self.ids and any((self.source_id, self.data_type, self.time_range, self.code, self.after)):
            raise ValueError("ids take no filters beside them")
        return self


class RejectedAgain(Model):
    """A row that stays in quarantine, and why."""

    id: str
    errors: list[ValidationError]


class Skipped(Model):
    """A delivery none of whose rows was driven, and why."""

    origin: str
    rows: int
    reason: str


class RedriveResponse(Model):
    """What became of rows that were driven again, or would become of them."""

    dry_run: bool
    rows: int = Field(description="Rows that were looked at.")
    accepted: int = Field(description="Good by now: in flight, or they would be.")
    rejected: int = Field(description="Not good yet: they stay in quarantine.")
    skipped: int = Field(description="Not looked at: their delivery cannot be driven now.")
    reasons: dict[str, int] = Field(description="How many of the rejected rows each code speaks against.")
    rejected_rows: list[RejectedAgain] = Field(description=f"The first {MOST_TOLD} of the rejected rows.")
    skipped_deliveries: list[Skipped] = Field(description=f"The first {MOST_TOLD} deliveries that were skipped.")
    complete: bool = Field(description="Whether all that is meant was looked at; if not, ask again with `after`.")
    after: Optional[str] = Field(default=None, description="The last delivery that was looked at, if not `complete`.")
