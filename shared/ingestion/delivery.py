"""A delivery: the rows received at once from one source, with the position of each row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import DeliveryKind
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.lake.files.part import Rows as RowsOfFile
    from shared.records.malformed import MalformedRecord


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Rows of one source and data type that were received together, as records or as the columns of a file.

    `malformed` are records that could not be parsed as rows. `batch_id` is set for the parts of a file. `places` are
    the positions of the rows; if empty, rows are numbered from 0.

    `blocks` name what each row was received in, e.g. a record of the stream: groups of rows do not extend over several.
    If empty, all rows were received together.

    `gated` applies the quality gate: a delivery below the minimum score is rejected as a whole. Streams are not gated,
    because there is no caller to return an error to; neither are the parts of a file, because the file is checked
    before its parts are loaded. The decision is made once, unless `revalidate` is set.

    `ingested_at` is one time for all rows, or one per row in milliseconds since 1970. It does not change when the
    delivery is repeated.
    """

    delivery_id: str
    kind: DeliveryKind
    source_id: str
    data_type: DataType
    received_at: datetime
    rows: "Sequence[Any] | RowsOfFile"
    ingested_at: datetime | Sequence[int]
    form: Form = Form.TYPED
    places: Sequence[int] = field(default=())
    blocks: Sequence[int | str] = ()
    malformed: Sequence["MalformedRecord"] = ()
    batch_id: str = ""
    gated: bool = False
    revalidate: bool = False
    validated_at: datetime | None = None

    @property
    def received(self) -> int:
        """Number of records, valid or not."""
        return len(self.rows) + len(self.malformed)

    @property
    def validation_time(self) -> datetime:
        """The arrival of the last row: event times are checked against it, so a repetition has the same result.

        `validated_at` overrides it: a time that was in the future on arrival may be in the past by now.
        """
        if self.validated_at is not None:
            return self.validated_at
        if isinstance(self.ingested_at, datetime):
            return self.ingested_at
        if not self.ingested_at:
            return self.received_at
        return datetime.fromtimestamp(max(self.ingested_at) / 1000, UTC)

    def place_of(self, row: int) -> int:
        """Return the position of a row in the received data."""
        return self.places[row] if self.places else row
