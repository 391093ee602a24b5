"""What came in at once from one source: its rows, and where each of them was found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import Kind
from shared.records.schema import DataType
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.lake.files.part import Malformed as MalformedInFile
    from shared.lake.files.part import Rows as RowsOfFile


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Rows of one source and type that arrived together, as they were received: one by one, or as columns of a file.

    `malformed` are records that are not even rows. A part of a file names the batch that it belongs to. `places` tells
    where each row stood, if not one after the other from 0 on.
    One that is gated is refused as a whole where the score of its rows is too low; what arrives on a stream has nobody
    to be sent back to, and a file was judged as a whole before its parts are loaded. Whether
    it is refused is decided once, unless it is to be judged anew.

    `ingested_at` is one moment for all rows or one for each (milliseconds since 1970); it is the same however often the
    delivery is repeated.
    """

    origin: str
    kind: Kind
    source_id: str
    data_type: DataType
    received_at: datetime
    rows: "Sequence[Any] | RowsOfFile"
    ingested_at: datetime | Sequence[int]
    form: Form = Form.TYPED
    places: Sequence[int] = field(default=())
    malformed: Sequence["Malformed | MalformedInFile"] = ()
    batch_id: str = ""
    gated: bool = False
    judged_anew: bool = False
    judged_at: datetime | None = None

    @property
    def received(self) -> int:
        """How many records it has, good or not."""
        return len(self.rows) + len(self.malformed)

    @property
    def arrived_by(self) -> datetime:
        """When its last row arrived: rows are judged by that, so that a repetition comes to the same verdicts.

        Unless it says by which moment they are: what was in the future when it arrived may be in the past by now.
        """
        if self.judged_at is not None:
            return self.judged_at
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
