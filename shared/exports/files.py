"""The files of exports: what Athena writes on the way, and what users download."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.exports.file_name import content_disposition
from shared.runtime.resources import Bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

FILES, STAGING = "files", "staging"

EXPORT_FILES_BUCKET = Bucket(
    "export_files", versioned=False, expire_days=((f"{FILES}/", 2), (f"{STAGING}/", 1)), gives_answers=True
)
"""Finished files under `files/`, and under `staging/` the rows that a file is made from."""

GOOD_FOR = timedelta(minutes=15)
_PART = 16 * 1024**2
"""Bytes of a part; S3 takes 10 000 parts of at least 5 MB."""
_PRIVATE = "private, no-store"


@dataclass(frozen=True)
class StoredFile:
    """A finished file: the SHA-256 of its bytes, and how many they are."""

    sha256: str
    size: int


class ExportFiles:
    """Stores files, and makes URLs from which they can be downloaded without a token."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, key: str, body: bytes, *, name: str, content_type: str) -> None:
        """Store a file that is in memory."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=body,
            ContentType=content_type,
            ContentDisposition=content_disposition(name),
            CacheControl=_PRIVATE,
        )

    def write(self, key: str, pieces: Iterable[bytes], *, name: str, content_type: str) -> StoredFile:
        """Store a file piece by piece; nobody sees it before it is whole, nor anything of it if that fails."""
        upload = self._s3.create_multipart_upload(
            Bucket=self._bucket,
            Key=key,
            ContentType=content_type,
            ContentDisposition=content_disposition(name),
            CacheControl=_PRIVATE,
        )["UploadId"]
        try:
            stored, parts = self._put_parts(key, upload, pieces)
            self._s3.complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)
            raise
        return stored

    def url(self, key: str) -> str:
        """Return a URL of a file, good for 15 minutes and any number of downloads."""
        return self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=int(GOOD_FOR.total_seconds())
        )

    def _put_parts(
        self, key: str, upload: str, pieces: Iterable[bytes]
    ) -> "tuple[StoredFile, list[CompletedPartTypeDef]]":
        digest, size = hashlib.sha256(), 0
        waiting = bytearray()
        parts: list[CompletedPartTypeDef] = []

        def put() -> None:
            number = len(parts) + 1
            answer = self._s3.upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload, PartNumber=number, Body=bytes(waiting)
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
            waiting.clear()

        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            waiting += piece
            if len(waiting) >= _PART:
                put()
        if waiting or not parts:
            put()
        return StoredFile(digest.hexdigest(), size), parts
