"""Uploads: announced in a request, put past the API straight into the lake bucket."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.ingestion.batch_id import new_batch_id, to_the_millisecond
from shared.ingestion.upload import Upload
from shared.ingestion.upload_models import LARGEST_FILE, UploadRequest, UploadResponse, options_given
from shared.runtime.errors import PayloadTooLarge

if TYPE_CHECKING:
    from shared.ingestion.upload_store import UploadStore
    from shared.lake.store import LakeStore
    from shared.runtime.models import Clock

TIME_TO_PUT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Gives out addresses for files."""

    lake: "LakeStore"
    store: "UploadStore"
    clock: "Clock"

    def announce(self, request: UploadRequest) -> UploadResponse:
        """Keep what is said of a file, and tell where to put it.

        Raises:
            PayloadTooLarge: the file is over what S3 takes in one piece.
        """
        if request.size is not None and request.size > LARGEST_FILE:
            raise PayloadTooLarge(f"The file is over {LARGEST_FILE} bytes (5 GB): split it into several uploads")
        upload = self._announced(request)
        self.store.add(upload)
        address = self.lake.put_url(upload.key, seconds=round(TIME_TO_PUT.total_seconds()))
        return UploadResponse(
            batch_id=upload.batch_id, url=address.url, headers=dict(address.headers), expires_at=upload.expires_at
        )

    def _announced(self, request: UploadRequest) -> Upload:
        now = to_the_millisecond(self.clock())
        return Upload(
            batch_id=new_batch_id(now),
            source_id=request.source_id,
            data_type=request.data_type,
            format=request.format,
            compression=request.compression,
            options=options_given(request.options),
            metadata=request.metadata.model_dump(exclude_none=True, mode="json") if request.metadata else {},
            declared_bytes=request.size,
            created_at=now,
            expires_at=now + TIME_TO_PUT,
        )
