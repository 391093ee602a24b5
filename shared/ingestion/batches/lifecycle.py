"""Reads the status of batches, cancels and resumes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ingestion.batches.status import describe_batch, describe_upload, is_finished, upload_status
from shared.ingestion.models import BatchStatusResponse
from shared.ingestion.uploads.state import Upload, UploadState
from shared.ledger.entry import BatchStatus, DeliveryKind, LedgerEntry
from shared.records.schema import DataType
from shared.runtime.errors import Conflict, NotFound

if TYPE_CHECKING:
    from shared.ingestion.batches.submission import Batches
    from shared.ingestion.cancellation import Cancellation
    from shared.ingestion.uploads.queue import UploadQueue
    from shared.ingestion.uploads.store import UploadStore
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock

_RETRY_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class BatchLifecycle:
    """Status, cancellation and resumption of batches, submitted in a request or uploaded as a file."""

    lake: "LakeStore"
    ledger: "Ledger"
    batches: "Batches"
    uploads: "UploadStore"
    queue: "UploadQueue"
    cancellation: "Cancellation"
    clock: "Clock"

    def status(self, batch_id: str) -> BatchStatusResponse:
        """Return the status of a batch.

        Raises:
            NotFound: the batch does not exist.
        """
        found = self._find(batch_id)
        if isinstance(found, LedgerEntry):
            return describe_batch(found)
        return describe_upload(found, self._parts(found), self.clock())

    def cancel(self, batch_id: str) -> BatchStatusResponse:
        """Cancel the rows of a batch that are not merged yet; merged rows remain.

        Raises:
            NotFound: the batch does not exist.
            Conflict: the batch is finished, or is being loaded at this moment.
        """
        found = self._find(batch_id)
        if isinstance(found, LedgerEntry):
            self._cancel_batch(found)
        else:
            self._cancel_upload(found)
        return self.status(batch_id)

    def resume(self, batch_id: str) -> BatchStatusResponse:
        """Load the remaining rows of a failed or cancelled batch.

        Raises:
            NotFound: the batch does not exist.
            Conflict: it is neither failed nor cancelled, is still being cancelled, or its received data no longer
                exists.
        """
        found = self._find(batch_id)
        if isinstance(found, LedgerEntry):
            self._resume_batch(found)
        else:
            self._resume_upload(found)
        return self.status(batch_id)

    def _find(self, batch_id: str) -> LedgerEntry | Upload:
        entry = self.ledger.get(batch_id)
        if entry is not None and entry.kind is DeliveryKind.BATCH and not entry.batch_id:
            return entry
        upload = self.uploads.get(batch_id)
        if upload is None:
            raise NotFound(f"The batch {batch_id!r} does not exist")
        return upload

    def _parts(self, upload: Upload) -> Sequence[LedgerEntry]:
        return list(self.ledger.of_batch(upload.batch_id)) if upload.cuts else []

    def _cancel_batch(self, entry: LedgerEntry) -> None:
        if entry.is_complete or not entry.written:
            raise (
                _not_cancellable(entry.delivery_id, entry.status)
                if entry.written
                else _busy(entry.delivery_id, "loaded")
            )
        if not self.cancellation.cancel_pending(DataType(entry.data_type), entry.delivery_id):
            raise _busy(entry.delivery_id, "merged")

    def _cancel_upload(self, upload: Upload) -> None:
        status = upload_status(upload, self._parts(upload))
        if status is not BatchStatus.PROCESSING:
            raise _not_cancellable(upload.batch_id, status)
        self.uploads.change(upload.batch_id, lambda current: current.cancel(self.clock()))
        self.cancellation.cancel_pending(upload.data_type, upload.batch_id)
        self.queue.send(upload.batch_id)

    def _resume_batch(self, entry: LedgerEntry) -> None:
        if entry.status not in {BatchStatus.FAILED, BatchStatus.CANCELLED}:
            raise Conflict(
                f"The batch {entry.delivery_id} is {entry.status}; only a failed or cancelled batch can be resumed"
            )
        if not entry.is_complete:
            raise _busy(entry.delivery_id, "cancelled")
        if not self.batches.resume(entry, revalidate=True):
            raise Conflict(f"The received data of {entry.delivery_id} was deleted or changed; send it again")

    def _resume_upload(self, upload: Upload) -> None:
        entries = self._parts(upload)
        status = upload_status(upload, entries)
        if upload.state in {UploadState.FAILED, UploadState.CANCELLED} and not is_finished(upload, entries):
            raise _busy(upload.batch_id, "finished")
        if status not in {BatchStatus.FAILED, BatchStatus.CANCELLED} or upload.state is UploadState.EXPIRED:
            raise Conflict(f"The batch {upload.batch_id} is {upload.state}; it cannot be resumed")
        head = self.lake.head(upload.key)
        if head is None:
            raise Conflict(f"The file of {upload.batch_id} does not exist; create a new upload")
        at = upload.arrived_at or self.clock()
        self.uploads.change(upload.batch_id, lambda current: current.resume(etag=head.etag, size=head.size, at=at))
        self.queue.send(upload.batch_id)


def _not_cancellable(batch_id: str, status: BatchStatus) -> Conflict:
    return Conflict(
        f"The batch {batch_id} is {status}; only a batch in progress can be cancelled", details={"status": status}
    )


def _busy(batch_id: str, activity: str) -> Conflict:
    return Conflict(f"The batch {batch_id} is being {activity}; retry later", retry_after=_RETRY_SECONDS)
