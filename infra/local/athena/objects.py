"""Keeps downloaded objects on disk by bucket, key and ETag, so that an unchanged object is fetched once.

Objects that never change, as the files of Iceberg tables, are kept by bucket and key alone.
"""

import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.local.athena.listing import ListedObject

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

DOWNLOADS_AT_ONCE = 4
GONE = {"NoSuchKey", "PreconditionFailed", "404", "412"}


class ObjectGone(Exception):
    """An object was changed or deleted after it was listed; list again."""


class ObjectCache:
    """Lends local copies of objects; the least recently lent go first when the disk share is full."""

    def __init__(self, s3: "S3Client", directory: Path, *, limit_bytes: int) -> None:
        self._s3 = s3
        self._directory = directory
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._lent: Counter[Path] = Counter()
        self._pool = ThreadPoolExecutor(DOWNLOADS_AT_ONCE, thread_name_prefix="athena-download")
        directory.mkdir(parents=True, exist_ok=True)
        self._sizes: OrderedDict[Path, int] = OrderedDict(_existing_files(directory))

    @contextmanager
    def local_paths(self, wanted: Sequence[ListedObject]) -> Iterator[list[Path]]:
        """Give the local paths of objects, which stay as long as the block runs."""
        paths = [self._path(item) for item in wanted]
        with self._lock:
            self._lent.update(paths)
        try:
            with self._lock:
                missing = [each for each in zip(wanted, paths, strict=True) if each[1] not in self._sizes]
            list(self._pool.map(self._ensure, *zip(*missing, strict=True)) if missing else ())
            with self._lock:
                for path in paths:
                    self._sizes.move_to_end(path)
            yield paths
        finally:
            with self._lock:
                self._lent.subtract(paths)
                self._evict()

    def close(self) -> None:
        """Let the download threads go."""
        self._pool.shutdown()

    def _path(self, item: ListedObject) -> Path:
        digest = sha256(f"{item.bucket}\0{item.key}\0{item.etag or ''}".encode()).hexdigest()
        return self._directory / digest[:2] / f"{digest}.parquet"

    def _ensure(self, item: ListedObject, path: Path) -> None:
        with self._lock:
            if path in self._sizes:
                return
        size = self._download(item, path)
        with self._lock:
            self._sizes[path] = size

    def _download(self, item: ListedObject, path: Path) -> int:
        """Write to a temporary file and rename it, so that readers see a complete object or none."""
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(f".{uuid4().hex}.part")
        try:
            with part.open("wb") as file:
                copyfileobj(self._get(item)["Body"], file)
            os.replace(part, path)  # noqa: PTH105 the atomic rename is the point
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in GONE:
                raise ObjectGone(item.key) from error
            raise
        finally:
            part.unlink(missing_ok=True)
        return path.stat().st_size

    def _get(self, item: ListedObject) -> "GetObjectOutputTypeDef":
        if item.etag is None:
            return self._s3.get_object(Bucket=item.bucket, Key=item.key)
        return self._s3.get_object(Bucket=item.bucket, Key=item.key, IfMatch=item.etag)

    def _evict(self) -> None:
        total = sum(self._sizes.values())
        for path in [path for path in self._sizes if self._lent[path] <= 0]:
            if total <= self._limit:
                return
            total -= self._sizes.pop(path)
            path.unlink(missing_ok=True)


def _existing_files(directory: Path) -> list[tuple[Path, int]]:
    """Find what an earlier run left, oldest first; half-written parts go."""
    for part in directory.glob("*/*.part"):
        part.unlink()
    found = [(path.stat(), path) for path in directory.glob("*/*.parquet")]
    return [(path, stat.st_size) for stat, path in sorted(found, key=lambda item: item[0].st_mtime)]
