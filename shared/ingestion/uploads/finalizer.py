"""Accounts for the rows of a failed or cancelled file, so that the ledger misses none of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ingestion.uploads.parts import ROWS_PER_PART, part_delivery, remaining_parts
from shared.ingestion.uploads.state import Upload, UploadState
from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.quality.events import QUALITY_CHANGED
from shared.quality.state import QualityCounts

if TYPE_CHECKING:
    from shared.events.bus import PlatformEvents
    from shared.ingestion.cancellation import Cancellation
    from shared.ingestion.loader import Loader
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock


@dataclass(frozen=True, kw_only=True)
class UploadFinalizer:
    """Adds a ledger entry for every part of a file that was read."""

    lake: "LakeStore"
    ledger: "Ledger"
    loader: "Loader"
    cancellation: "Cancellation"
    events: "PlatformEvents"
    clock: "Clock"
    rows_per_part: int = ROWS_PER_PART

    def finalize(self, upload: Upload) -> None:
        """Complete a started part, account for the others, and cancel the pending rows of a cancelled file.

        Rows of parts that were never loaded are in quarantine by reference: the file itself is kept.
        """
        cancelled = upload.state is UploadState.CANCELLED
        if cancelled:
            self._finish_started_part(upload)
        for number, rows in enumerate(upload.cuts, start=1):
            self._record_rejected_part(upload, number, rows)
        if cancelled:
            self.cancellation.cancel_pending(upload.data_type, upload.batch_id)
        self.events.try_publish(QUALITY_CHANGED, {"data_type": upload.data_type})

    def _finish_started_part(self, upload: Upload) -> None:
        """Complete a part that was interrupted, so that all of it can be cancelled."""
        started = self.ledger.get(upload.part_delivery_id(upload.parts + 1))
        if started is not None and not started.written:
            for part, _ in remaining_parts(upload, self.lake, self.rows_per_part):
                self.loader.load(part_delivery(upload, part))
                return

    def _record_rejected_part(self, upload: Upload, number: int, rows: int) -> None:
        refused = LedgerEntry(
            delivery_id=upload.part_delivery_id(number),
            batch_id=upload.batch_id,
            kind=DeliveryKind.BATCH,
            source_id=upload.source_id,
            data_type=upload.data_type,
            received_at=upload.arrival,
            received=rows,
            rejected=rows,
            refused=True,
            quality=upload.quality if number == 1 else QualityCounts(),
        ).with_written(self.clock())
        self.ledger.update(refused.delivery_id, lambda current: current or refused)
