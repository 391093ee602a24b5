"""The nouns of the quarantine routes (resolutions § 9)."""

from typing import Any

from pydantic import Field

from shared.ingestion.models import ValidationError
from shared.runtime.models import Model, PageResponse, Timestamp

LONGEST_RAW = 20_000
MOST_REASONS = 100


class QuarantinedRow(Model):
    """A row that was not taken: as it was received, with every reason."""

    id: str = Field(description="Names the row when it is to be driven again.", examples=["batch-0197…:3"])
    origin: str = Field(description="The delivery that brought it: a batch, a part of a file, a run of the stream.")
    source_id: str = Field(description="`unattributed` for a record of which not even that can be read.")
    data_type: str = Field(description="`unknown` for a record of which not even that can be read.")
    row: int = Field(description="Where it stood: 0-based in a batch, its own line or number in a file.")
    received_at: Timestamp
    raw: str = Field(
        description=f"The row as JSON text, or as it came if it is none (base64 if it is no text); cut after "
        f"{LONGEST_RAW} characters. Personal fields of customers are not in it."
    )
    raw_is_cut: bool
    errors: list[ValidationError] = Field(description=f"At most {MOST_REASONS}.")


class QuarantineResponse(PageResponse):
    """One page of the quarantine, in the order of receipt."""

    content: list[QuarantinedRow]


class RowErrorsResponse(PageResponse):
    """One page of the errors of a batch's rows, in the order of the rows."""

    content: list[ValidationError]


def row_id(origin: str, place: int) -> str:
    """How a row in quarantine is named."""
    return f"{origin}:{place}"


def read_row_id(name: str) -> tuple[str, int]:
    """The delivery and the place that a name of a row tells.

    Raises:
        ValueError: it is no such name.
    """
    origin, _, place = name.rpartition(":")
    if not origin or not place.isascii() or not place.isdigit():
        raise ValueError("must be the id of a row in quarantine, e.g. batch-0197…:3")
    return origin, int(place)


def told(place: int, reason: dict[str, Any]) -> ValidationError:
    """A reason as the API tells it."""
    return ValidationError(row=place, **reason)
