"""Estimates how long a new batch takes until it is merged, from what recent ones took and what waits."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from shared.ingestion.uploads.state import Upload, UploadState
from shared.lake.storage.paths import incoming_prefix
from shared.ledger.entry import DeliveryKind
from shared.records.schema import DataType
from shared.runtime.parallel import all_at_once

if TYPE_CHECKING:
    from shared.ingestion.uploads.accepted import AcceptedFiles
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger

MOST_COUNTED = 5_000
"""Waiting objects that are counted: five pages of a list."""

_RECENT = 20
_SECONDS_PER_OBJECT = 0.02
"""Time allowed for each small object of a merge: reading it, and recording the outcomes of its rows."""

_ROWS_PER_SECOND = 25_000
_BYTES_PER_ROW = 80
"""How files are loaded and merged: both as measured with the UCI file of 541 909 lines (`bench/upload.py`)."""


@dataclass(frozen=True)
class Estimate:
    """An ISO 8601 duration, or `unknown`; a minimum if more may wait than was counted."""

    duration: str
    is_minimum: bool = False


@dataclass(frozen=True, kw_only=True)
class ProcessingEstimates:
    """Estimates processing times.

    All that waits counts, also objects of the pass that is running, which are deleted at its end. A pass takes the
    newest objects, too, so that most batches need less; those that more arrive after may need all of it.
    """

    lake: "LakeStore"
    ledger: "Ledger"
    files: "AcceptedFiles"

    def of(self, data_type: DataType) -> Estimate:
        """Return the expected time until a batch is merged that is already in the incoming area."""
        found = all_at_once(
            {
                "recent": lambda: self.ledger.recent(DeliveryKind.BATCH, _RECENT),
                "objects": lambda: self._objects(data_type),
                "files": lambda: self.files.waiting([data_type])[data_type],
            }
        )
        times = [(each.completed_at - each.received_at) / timedelta(seconds=1) for each in found["recent"]]
        if not times:
            return Estimate("unknown")
        objects, files = found["objects"], found["files"]
        rows = [] if files is None else [_rows_left(each) for each in files]
        seconds = max(median(times), 0.1) + objects * _SECONDS_PER_OBJECT
        seconds += sum(each or 0 for each in rows) / _ROWS_PER_SECOND
        return Estimate(f"PT{seconds:.1f}S", files is None or objects > MOST_COUNTED or None in rows)

    def _objects(self, data_type: DataType) -> int:
        return sum(1 for _ in islice(self.lake.names(incoming_prefix(data_type)), MOST_COUNTED + 1))


def _rows_left(upload: Upload) -> int | None:
    """Return how many rows of a file are not loaded, roughly; None if its size is not known."""
    if upload.state is UploadState.LOADING:
        return upload.total_rows - upload.rows
    size = upload.size or upload.declared_bytes
    return None if size is None else size // _BYTES_PER_ROW
