"""MiniStack's S3, mended: an object is acknowledged only if it is on disk, and a part of it is read without the rest.

MiniStack answers 200 for an object that the disk has no room for, and forgets it when it ends. It reads all of an
object for each range: a file of 1 GB that is loaded in parts of 24 MB would be read 80 times.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from ministack.services import s3  # type: ignore[import-untyped] # it ships no types

Operation = Callable[..., Any]
_IN_PART: ContextVar[bool] = ContextVar("in_part", default=False)


def patch() -> None:
    """Let S3 of this process refuse what it cannot keep and read what is asked for; before it serves anything."""
    for name, mended in (("_persist_object", _refusing), ("_get_object", _noting_ranges), ("_read_body", _mapping)):
        operation = getattr(s3, name)
        setattr(s3, name, wraps(operation)(mended(operation)))


def _refusing(persist: Operation) -> Operation:
    def persist_or_refuse(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if record.get("body") is not None:  # it lets go of what it has written
            raise OSError(f"There is no room on the disk for {bucket}/{key}")

    return persist_or_refuse


def _noting_ranges(get: Operation) -> Operation:
    def get_object(bucket: str, key: str, headers: Any, query_params: Any = None) -> Any:
        noted = _IN_PART.set("range" in headers)
        try:
            status, answered, body = get(bucket, key, headers, query_params)
        finally:
            _IN_PART.reset(noted)
        return status, answered, bytes(body) if isinstance(body, mmap) else body

    return get_object


def _mapping(read: Operation) -> Operation:
    """Give a view of the file where a part of it is cut out next, which reads that part only."""

    def read_body(bucket: str, key: str, record: Any) -> Any:
        path = s3._object_disk_path(bucket, key)  # noqa: SLF001 # no other door; its version is pinned
        if not _IN_PART.get() or record.get("body") is not None or not path or not record["size"]:
            return read(bucket, key, record)
        with Path(path).open("rb") as file:
            return mmap(file.fileno(), 0, access=ACCESS_READ)

    return read_body
