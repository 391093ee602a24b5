"""Uploads: announced in a request, put past the API straight into the lake bucket."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ingestion.ids import new_batch_id, to_the_millisecond
from shared.ingestion.uploads.models import LARGEST_FILE, UploadRequest, UploadResponse
from shared.ingestion.uploads.state import Failure, Upload, UploadState
from shared.runtime.errors import PayloadTooLarge

if TYPE_CHECKING:
    from datetime import datetime

    from shared.ingestion.uploads.queue import UploadQueue
    from shared.ingestion.uploads.store import UploadStore
    from shared.lake.storage.object_store import LakeStore
    from shared.runtime.models import Clock

TIME_TO_PUT = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)
_NEVER_CAME = Failure(
    code="never_uploaded", message="No file was uploaded before the URL expired; create a new upload", stage="parse"
)


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Gives out addresses for files."""

    lake: "LakeStore"
    store: "UploadStore"
    queue: "UploadQueue"
    clock: "Clock"

    def announce(self, request: UploadRequest) -> UploadResponse:
        """Keep what is said of a file, and tell where to put it.

        Raises:
            PayloadTooLarge: the file is over what S3 takes in one piece.
        """
        if request.size is not None and request.size > LARGEST_FILE:
            raise PayloadTooLarge(f"The file exceeds {LARGEST_FILE} bytes (5 GB); split it into several uploads")
        upload = self._announced(request)
        self.store.add(upload)
        address = self.lake.put_url(upload.key, seconds=round(TIME_TO_PUT.total_seconds()), size=request.size)
        return UploadResponse(
            batch_id=upload.batch_id, url=address.url, headers=dict(address.headers), expires_at=upload.expires_at
        )

    def sweep(self) -> int:
        """Have the loader go on with files that nobody reads, and give up those that never came; tell how many."""
        now, left = self.clock(), 0
        for upload in self.store.open(now - PATIENCE):
            if upload.state is UploadState.AWAITED and self.lake.describe(upload.key) is None:
                if now >= upload.expires_at + PATIENCE:
                    self.store.change(upload.batch_id, lambda stands: _given_up(stands, now))
            elif not upload.is_leased(now):
                self.queue.send(upload.batch_id)
                left += 1
        return left

    def _announced(self, request: UploadRequest) -> Upload:
        now = to_the_millisecond(self.clock())
        return Upload(
            batch_id=new_batch_id(now),
            source_id=request.source_id,
            data_type=request.data_type,
            format=request.format,
            compression=request.compression,
            options=request.options.model_dump(exclude_none=True),
            metadata=request.metadata.model_dump(exclude_none=True, mode="json") if request.metadata else {},
            declared_bytes=request.size,
            created_at=now,
            expires_at=now + TIME_TO_PUT,
        )


def _given_up(stands: Upload, at: "datetime") -> Upload:
    return stands.expired(_NEVER_CAME, at) if stands.state is UploadState.AWAITED else stands
