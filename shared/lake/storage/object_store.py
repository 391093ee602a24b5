"""The lake's objects in S3: conditional writes, conditional deletes."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.runtime.resources import Bucket

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
    ),
)

_PARALLEL_PUTS = 8
_DELETES_PER_CALL = 1000
_LEFT_ALONE = {"PreconditionFailed", "NoSuchKey"}


class LostUpdate(Exception):
    """Somebody else wrote the object since it was read."""


@dataclass(frozen=True)
class StoredObject:
    """An object as it was read: its bytes, and the tag that changes with them."""

    key: str
    body: bytes
    etag: str


@dataclass(frozen=True, order=True)
class ObjectName:
    """An object as a listing names it; `made_at` is in seconds since 1970."""

    key: str
    etag: str
    made_at: float = 0


@dataclass(frozen=True)
class ObjectFacts:
    """What S3 tells of an object that is not read: its tag, its bytes, when it was made."""

    etag: str
    size: int
    made_at: datetime


@dataclass(frozen=True)
class PutUrl:
    """A presigned address, and the headers that are part of its signature."""

    url: str
    headers: Mapping[str, str]


class LakeStore:
    """Reads and writes whole objects of the lake bucket."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None if there is none."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return None
        return StoredObject(key, answer["Body"].read(), answer["ETag"])

    def describe(self, key: str) -> ObjectFacts | None:
        """Tell how large an object is, without reading it; None if there is none."""
        try:
            answer = self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                return None
            raise
        return ObjectFacts(answer["ETag"].strip('"'), answer["ContentLength"], answer["LastModified"])

    def read_range(self, key: str, etag: str, first: int, length: int) -> bytes:
        """Read a piece of an object, if it is still the one of that tag.

        Raises:
            LostUpdate: it is another one by now, or none.
        """
        try:
            answer = self._s3.get_object(
                Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"', Range=f"bytes={first}-{first + length - 1}"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"PreconditionFailed", "412", "NoSuchKey"}:
                raise LostUpdate(key) from error
            raise
        body: bytes = answer["Body"].read()
        return body

    def put_url(self, key: str, *, seconds: int, size: int | None = None) -> PutUrl:
        """Return an address at which anybody may put this object once, for a while; of exactly a size, if it is known.

        The signature covers the method, the key, the expiry, `If-None-Match` and a known `Content-Length`, which every
        HTTP client sends by itself. S3 refuses `x-amz-` headers that it does not cover.
        """
        known = {} if size is None else {"ContentLength": size}
        url = self._s3.generate_presigned_url(
            "put_object", Params={"Bucket": self._bucket, "Key": key, "IfNoneMatch": "*", **known}, ExpiresIn=seconds
        )
        return PutUrl(url, {"If-None-Match": "*"})

    def put(self, key: str, body: bytes) -> None:
        """Write an object, over whatever was there."""
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)

    def put_all(self, objects: Iterable[tuple[str, bytes]]) -> None:
        """Write several objects side by side; all are written when this returns."""
        waiting = list(objects)
        if len(waiting) == 1:
            self.put(*waiting[0])
            return
        with ThreadPoolExecutor(_PARALLEL_PUTS) as pool:
            list(pool.map(lambda each: self.put(*each), waiting))

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Write an object only if it is still as it was read (or still absent); return it as it is now.

        Raises:
            LostUpdate: it is not.
        """
        request: PutObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key, "Body": body}
        if expected is None:
            request["IfNoneMatch"] = "*"
        else:
            request["IfMatch"] = expected.etag
        try:
            answer = self._s3.put_object(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise LostUpdate(key) from error
            raise
        return StoredObject(key, body, answer["ETag"])

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """Name every object below a prefix."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            for each in page.get("Contents", []):
                yield ObjectName(each["Key"], each["ETag"], each["LastModified"].timestamp())

    def forget(self, key: str) -> None:
        """Delete an object, whatever it holds by now."""
        self._s3.delete_object(Bucket=self._bucket, Key=key)

    def delete(self, objects: Iterable[StoredObject]) -> None:
        """Delete objects that are still as they were read: what was written over them since stays.

        Deleting the version read instead would bring back whatever it was itself written over.

        Raises:
            ConnectionError: S3 did not delete one of them, for another reason.
        """
        names: list[ObjectIdentifierTypeDef] = [{"Key": each.key, "ETag": each.etag} for each in objects]
        for start in range(0, len(names), _DELETES_PER_CALL):
            chunk = names[start : start + _DELETES_PER_CALL]
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": chunk, "Quiet": True})
            for error in answer.get("Errors", []):
                if error.get("Code") not in _LEFT_ALONE:
                    raise ConnectionError(f"S3 did not delete {error.get('Key')}: {error.get('Code')}")
