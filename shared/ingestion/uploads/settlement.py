"""Accounts for the rows of a file that is not to be loaded, failed or cancelled, so that none of them is missing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ingestion.uploads.parts import ROWS_PER_PART, delivery_of, parts_of
from shared.ingestion.uploads.state import Upload, UploadState
from shared.ledger.entry import Entry, Kind
from shared.quality.state import QualityState

if TYPE_CHECKING:
    from shared.ingestion.cancellation import Withdrawal
    from shared.ingestion.loader import Loader
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """Gives every part of a file that was seen its line in the ledger."""

    lake: "LakeStore"
    ledger: "Ledger"
    loader: "Loader"
    withdrawal: "Withdrawal"
    clock: "Clock"
    rows_per_part: int = ROWS_PER_PART

    def settle(self, upload: Upload) -> None:
        """Finish what was begun, count what was not, and take back what of a cancelled file waits for its merge.

        The rows of parts that were never loaded are in quarantine by reference: the file itself is kept.
        """
        cancelled = upload.state is UploadState.CANCELLED
        if cancelled:
            self._finish_begun_part(upload)
        for number, rows in enumerate(upload.cuts, start=1):
            self._refuse(upload, number, rows)
        if cancelled:
            self.withdrawal.withdraw(upload.data_type, upload.batch_id)

    def _finish_begun_part(self, upload: Upload) -> None:
        """Write a part to its end that was cut short, so that all of it can be taken back."""
        begun = self.ledger.get(upload.part_origin(upload.parts + 1))
        if begun is not None and not begun.written:
            for part, _ in parts_of(upload, self.lake, self.rows_per_part):
                self.loader.load(delivery_of(upload, part))
                return

    def _refuse(self, upload: Upload, number: int, rows: int) -> None:
        refused = Entry(
            origin=upload.part_origin(number),
            batch_id=upload.batch_id,
            kind=Kind.BATCH,
            source_id=upload.source_id,
            data_type=upload.data_type,
            received_at=upload.arrival,
            received=rows,
            rejected=rows,
            refused=True,
            quality=upload.quality if number == 1 else QualityState(),
        ).with_written(self.clock())
        self.ledger.record(refused.origin, lambda stands: stands or refused)
