"""What may be asked of a batch once it is there: where it stands, to be stopped, to be taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.ingestion.batches.status import is_settled, standing_of, standing_of_upload, status_of_upload
from shared.ingestion.models import BatchStatusResponse
from shared.ingestion.uploads.state import Upload, UploadState
from shared.ledger.entry import BatchStatus, Entry, Kind
from shared.runtime.errors import Conflict, NotFound

if TYPE_CHECKING:
    from shared.ingestion.batches.submission import Batches
    from shared.ingestion.cancellation import Withdrawal
    from shared.ingestion.uploads.queue import UploadQueue
    from shared.ingestion.uploads.store import UploadStore
    from shared.lake.storage.object_store import LakeStore
    from shared.ledger.store import Ledger
    from shared.runtime.models import Clock

_AGAIN_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """Follows and steers batches, whether they came in a request or as a file."""

    lake: "LakeStore"
    ledger: "Ledger"
    batches: "Batches"
    uploads: "UploadStore"
    queue: "UploadQueue"
    withdrawal: "Withdrawal"
    clock: "Clock"

    def status(self, batch_id: str) -> BatchStatusResponse:
        """Tell where a batch stands.

        Raises:
            NotFound: there is no such batch.
        """
        found = self._find(batch_id)
        if isinstance(found, Entry):
            return standing_of(found)
        return standing_of_upload(found, self._parts(found))

    def cancel(self, batch_id: str) -> BatchStatusResponse:
        """Stop what has not merged; what has, stays.

        Raises:
            NotFound: there is no such batch.
            Conflict: it is finished, or is being taken in at this moment.
        """
        found = self._find(batch_id)
        if isinstance(found, Entry):
            self._cancel_batch(found)
        else:
            self._cancel_upload(found)
        return self.status(batch_id)

    def resume(self, batch_id: str) -> BatchStatusResponse:
        """Load what of a failed or cancelled batch is not loaded.

        Raises:
            NotFound: there is no such batch.
            Conflict: it is neither, or is still being cancelled, or what was received is not there any more.
        """
        found = self._find(batch_id)
        if isinstance(found, Entry):
            self._resume_batch(found)
        else:
            self._resume_upload(found)
        return self.status(batch_id)

    def _find(self, batch_id: str) -> Entry | Upload:
        entry = self.ledger.get(batch_id)
        if entry is not None and entry.kind is Kind.BATCH and not entry.batch_id:
            return entry
        upload = self.uploads.get(batch_id)
        if upload is None:
            raise NotFound(f"The batch {batch_id!r} does not exist")
        return upload

    def _parts(self, upload: Upload) -> Sequence[Entry]:
        return list(self.ledger.of_batch(upload.batch_id)) if upload.cuts else []

    def _cancel_batch(self, entry: Entry) -> None:
        if entry.is_complete or not entry.written:
            raise _too_late(entry.origin, entry.status) if entry.written else _not_yet(entry.origin, "loaded")
        if not self.withdrawal.withdraw(entry.data_type, entry.origin):
            raise _not_yet(entry.origin, "merged")

    def _cancel_upload(self, upload: Upload) -> None:
        status = status_of_upload(upload, self._parts(upload))
        if status is not BatchStatus.PROCESSING:
            raise _too_late(upload.batch_id, status)
        self.uploads.change(upload.batch_id, lambda stands: stands.cancelled(self.clock()))
        self.withdrawal.withdraw(upload.data_type, upload.batch_id)
        self.queue.send(upload.batch_id)

    def _resume_batch(self, entry: Entry) -> None:
        if entry.status not in {BatchStatus.FAILED, BatchStatus.CANCELLED}:
            raise Conflict(
                f"The batch {entry.origin} is {entry.status}; only a failed or cancelled batch can be resumed"
            )
        if not entry.is_complete:
            raise _not_yet(entry.origin, "cancelled")
        if not self.batches.resume(entry, anew=True):
            raise Conflict(f"The received data of {entry.origin} was deleted or changed; send it again")

    def _resume_upload(self, upload: Upload) -> None:
        entries = self._parts(upload)
        status = status_of_upload(upload, entries)
        if status not in {BatchStatus.FAILED, BatchStatus.CANCELLED} or upload.state is UploadState.EXPIRED:
            raise Conflict(f"The batch {upload.batch_id} is {upload.state}; it cannot be resumed")
        if not is_settled(upload, entries):
            raise _not_yet(upload.batch_id, str(status))
        facts = self.lake.describe(upload.key)
        if facts is None:
            raise Conflict(f"The file of {upload.batch_id} does not exist; create a new upload")
        at = upload.arrived_at or self.clock()
        self.uploads.change(upload.batch_id, lambda stands: stands.resumed(etag=facts.etag, size=facts.size, at=at))
        self.queue.send(upload.batch_id)


def _too_late(batch_id: str, status: BatchStatus) -> Conflict:
    return Conflict(
        f"The batch {batch_id} is {status}; only a batch in progress can be cancelled", details={"status": status}
    )


def _not_yet(batch_id: str, doing: str) -> Conflict:
    return Conflict(f"The batch {batch_id} is being {doing}; retry later", retry_after=_AGAIN_SECONDS)
