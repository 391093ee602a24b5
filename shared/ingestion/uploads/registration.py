"""Creates uploads: a client gets a presigned URL and puts its file into the lake bucket without passing the API."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ingestion.ids import new_batch_id, truncate_to_milliseconds
from shared.ingestion.uploads.models import LARGEST_FILE, UploadRequest, UploadResponse
from shared.ingestion.uploads.state import Failure, Upload, UploadState
from shared.runtime.errors import PayloadTooLarge

if TYPE_CHECKING:
    from datetime import datetime

    from shared.ingestion.uploads.queue import UploadQueue
    from shared.ingestion.uploads.store import UploadStore
    from shared.lake.storage.object_store import LakeStore
    from shared.runtime.models import Clock

URL_LIFETIME = timedelta(hours=1)
GRACE_PERIOD = timedelta(minutes=2)
_NEVER_UPLOADED = Failure(
    code="never_uploaded", message="No file was uploaded before the URL expired; create a new upload", stage="parse"
)


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Creates uploads, and resends or expires those without progress."""

    lake: "LakeStore"
    store: "UploadStore"
    queue: "UploadQueue"
    clock: "Clock"

    def create(self, request: UploadRequest) -> UploadResponse:
        """Store a new upload and return its presigned URL.

        Raises:
            PayloadTooLarge: the file exceeds the S3 limit for one `PUT`.
        """
        if request.size is not None and request.size > LARGEST_FILE:
            raise PayloadTooLarge(f"The file exceeds {LARGEST_FILE} bytes (5 GB); split it into several uploads")
        upload = self._new_upload(request)
        self.store.add(upload)
        address = self.lake.put_url(upload.key, seconds=round(URL_LIFETIME.total_seconds()), size=request.size)
        return UploadResponse(
            batch_id=upload.batch_id, url=address.url, headers=dict(address.headers), expires_at=upload.expires_at
        )

    def sweep(self) -> int:
        """Requeue uploads without a loader and expire those without a file; return the number of requeued uploads."""
        now, resent = self.clock(), 0
        for upload in self.store.open(now - GRACE_PERIOD):
            if upload.state is UploadState.AWAITED and self.lake.head(upload.key) is None:
                if now >= upload.expires_at + GRACE_PERIOD:
                    self.store.change(upload.batch_id, lambda current: _expire(current, now))
            elif not upload.is_leased(now):
                self.queue.send(upload.batch_id)
                resent += 1
        return resent

    def _new_upload(self, request: UploadRequest) -> Upload:
        now = truncate_to_milliseconds(self.clock())
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
            expires_at=now + URL_LIFETIME,
        )


def _expire(current: Upload, at: "datetime") -> Upload:
    return current.expire(_NEVER_UPLOADED, at) if current.state is UploadState.AWAITED else current
