"""What came in at once from one source: its rows, and where each of them was found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.ingestion.entry import Kind
from shared.records.schema import DataType
from shared.records.validation import Form


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Rows of one source and type that arrived together, as they were received.

    `ingested_at` is one moment for all rows or one for each (milliseconds since 1970); it is the same however often the
    delivery is repeated.
    """

    origin: str
    kind: Kind
    source_id: str
    data_type: DataType
    received_at: datetime
    rows: Sequence[Any]
    ingested_at: datetime | Sequence[int]
    form: Form = Form.TYPED
    places: Sequence[int] = field(default=())

    @property
    def arrived_by(self) -> datetime:
        """When its last row arrived: rows are judged by that, so that a repetition comes to the same verdicts."""
        if isinstance(self.ingested_at, datetime):
            return self.ingested_at
        return datetime.fromtimestamp(max(self.ingested_at) / 1000, UTC)

    def place_of(self, row: int) -> int:
        """Where a row stood in what was received."""
        return self.places[row] if self.places else row


@dataclass(frozen=True)
class Malformed:
    """A record of which not even source and type can be told: its place, its text (base64 if binary), the reason."""

    place: int
    raw: str
    code: str
    message: str
