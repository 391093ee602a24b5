"""Models of the quarantine routes."""

from typing import Any

from pydantic import Field

from shared.records.row_error import ValidationError
from shared.runtime.models import Model, PageResponse, Timestamp

LONGEST_RAW = 20_000
MOST_REASONS = 100


class QuarantinedRow(Model):
    """A rejected row as it was received, with every error."""

    id: str = Field(description="Id of the row, for a redrive.", examples=["batch-0197…:3"])
    origin: str = Field(description="Id of the delivery: a batch, a part of a file, or a batch of the stream.")
    source_id: str = Field(description="Source of the row; `unattributed` if it cannot be read.")
    data_type: str = Field(description="Data type of the row; `unknown` if it cannot be read.")
    row: int = Field(description="Position of the row: 0-based in a batch; its line or record number in a file.")
    received_at: Timestamp = Field(description="Time of receipt.")
    raw: str = Field(
        description=f"The row as JSON text; as received if it is not JSON (base64 if it is not text). Truncated after "
        f"{LONGEST_RAW} characters. Personal fields of customers are removed."
    )
    raw_is_cut: bool = Field(description="Whether `raw` is truncated.")
    errors: list[ValidationError] = Field(description=f"Errors of the row, at most {MOST_REASONS}.")


class QuarantineResponse(PageResponse):
    """One page of quarantined rows."""

    content: list[QuarantinedRow] = Field(description="The rows on this page.")


class RowErrorsResponse(PageResponse):
    """One page of row errors of a batch."""

    content: list[ValidationError] = Field(description="The errors on this page.")


def row_id(delivery_id: str, place: int) -> str:
    """Return the id of a row in quarantine."""
    return f"{delivery_id}:{place}"


def read_row_id(name: str) -> tuple[str, int]:
    """Parse the id of a quarantined row into delivery and position.

    Raises:
        ValueError: it is not the id of a row.
    """
    delivery_id, _, place = name.rpartition(":")
    if not delivery_id or not place.isascii() or not place.isdigit():
        raise ValueError("must be the id of a row in quarantine, e.g. batch-0197…:3")
    return delivery_id, int(place)


def row_error(place: int, reason: dict[str, Any]) -> ValidationError:
    """Convert an error to its API form."""
    return ValidationError(row=place, **reason)
