"""The buckets of the lake, and the objects of its own bucket with conditional writes and deletes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from shared.runtime.resources import Bucket
from shared.runtime.s3 import means_absent, unless_absent

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef, PutObjectRequestTypeDef

LAKE_BUCKET = Bucket(
    "lake",
    versioned=True,
    takes_uploads=True,
    expire_days=(
        ("landing/", 365),
        ("uploads/", 365),
        ("uploads/customers/", 7),  # as their sender wrote them, names and all, should they not be loaded
        ("incoming/", 30),
        ("redrives/", 30),
        ("reconciliations/", 35),
        ("receipts/", 35),  # longer than any object in incoming/, whose outcomes they have
    ),
    version_days=(("incoming/", 1),),  # merged rows are in the tables; a day to notice a wrong merge
)
"""Deliveries before they are merged, rejected rows, and reference files."""

TABLES_BUCKET = Bucket("tables", versioned=False)
"""The files of the Iceberg tables, whose snapshots are their history; maintenance deletes files of none."""

T = TypeVar("T")

_PARALLEL_PUTS = 8
_DELETES_PER_CALL = 1000
_CHANGED_SINCE = {"412", "PreconditionFailed", "ConditionalRequestConflict"}


class LostUpdate(Exception):
    """The object was changed since it was read."""


@dataclass(frozen=True)
class StoredObject:
    """An object as it was read: its content and ETag."""

    key: str
    body: bytes
    etag: str


@dataclass(frozen=True, order=True)
class ObjectName:
    """An object in a listing; `made_at` is in seconds since 1970, `size` in bytes."""

    key: str
    etag: str
    made_at: float = 0
    size: int = 0


@dataclass(frozen=True)
class ObjectHead:
    """Metadata of an object: ETag, size in bytes and time of its last change."""

    etag: str
    size: int
    made_at: datetime


@dataclass(frozen=True)
class PutUrl:
    """A presigned URL, and the headers that its signature covers."""

    url: str
    headers: Mapping[str, str]


class LakeStore:
    """Reads and writes whole objects of the lake bucket."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None if it does not exist."""
        answer = self._unless_absent(key, lambda: self._s3.get_object(Bucket=self._bucket, Key=key))
        if answer is None:
            return None
        return StoredObject(key, answer["Body"].read(), answer["ETag"])

    def head(self, key: str) -> ObjectHead | None:
        """Read the metadata of an object; None if it does not exist."""
        answer = self._unless_absent(key, lambda: self._s3.head_object(Bucket=self._bucket, Key=key))
        if answer is None:
            return None
        return ObjectHead(answer["ETag"].strip('"'), answer["ContentLength"], answer["LastModified"])

    def read_range(self, key: str, etag: str, first: int, length: int) -> bytes:
        """Read a range of an object if it still has this ETag.

        Raises:
            LostUpdate: it was replaced or deleted.
        """
        wanted = f"bytes={first}-{first + length - 1}"
        try:
            answer = self._unless_absent(
                key, lambda: self._s3.get_object(Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"', Range=wanted)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED_SINCE:
                raise LostUpdate(key) from error
            raise
        if answer is None:
            raise LostUpdate(key)
        body: bytes = answer["Body"].read()
        return body

    def _unless_absent(self, key: str, read: Callable[[], T]) -> T | None:
        return unless_absent(self._s3, self._bucket, key, read)

    def put_url(self, key: str, *, seconds: int, size: int | None = None) -> PutUrl:
        """Return a presigned URL for putting an object once, of exactly `size` bytes if given.

        The signature covers the method, the key, the expiry, `If-None-Match` and a known `Content-Length`, which every
        HTTP client sends. S3 rejects `x-amz-` headers that it does not cover.
        """
        known = {} if size is None else {"ContentLength": size}
        url = self._s3.generate_presigned_url(
            "put_object", Params={"Bucket": self._bucket, "Key": key, "IfNoneMatch": "*", **known}, ExpiresIn=seconds
        )
        return PutUrl(url, {"If-None-Match": "*"})

    def put(self, key: str, body: bytes) -> None:
        """Write or overwrite an object."""
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)

    def put_all(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Write several objects in parallel; returns when all are written."""
        waiting = list(objects)
        if len(waiting) == 1:
            self.put(*waiting[0])
            return
        with ThreadPoolExecutor(_PARALLEL_PUTS) as pool:
            list(pool.map(lambda each: self.put(*each), waiting))

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Write an object only if it is unchanged since it was read (or still absent); return the new object.

        Raises:
            LostUpdate: it was changed.
        """
        request: PutObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key, "Body": body}
        if expected is None:
            request["IfNoneMatch"] = "*"
        else:
            request["IfMatch"] = expected.etag
        try:
            answer = self._s3.put_object(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _CHANGED_SINCE or (expected and means_absent(code, self._s3, self._bucket, key)):
                raise LostUpdate(key) from error
            raise
        return StoredObject(key, body, answer["ETag"])

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """List the objects below a prefix."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                yield ObjectName(each["Key"], each["ETag"], each["LastModified"].timestamp(), each["Size"])

    def delete_any_version(self, key: str) -> None:
        """Delete an object, whatever it contains by now."""
        self._s3.delete_object(Bucket=self._bucket, Key=key)

    def delete(self, objects: Iterable[StoredObject | ObjectName]) -> None:
        """Delete objects that are unchanged since they were read or listed; objects written since remain.

        Deleting the version that was read instead would restore the version before it.

        Raises:
            ConnectionError: S3 failed to delete an object for another reason.
        """
        names: list[ObjectIdentifierTypeDef] = [{"Key": each.key, "ETag": each.etag} for each in objects]
        for start in range(0, len(names), _DELETES_PER_CALL):
            chunk = names[start : start + _DELETES_PER_CALL]
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": chunk, "Quiet": True})
            for error in answer.get("Errors", []):
                code, key = error.get("Code"), error["Key"]
                if code not in _CHANGED_SINCE and not means_absent(code, self._s3, self._bucket, key):
                    raise ConnectionError(f"S3 did not delete {key}: {code}")
