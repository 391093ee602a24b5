"""MiniStack's S3, mended: an object is acknowledged only if it is on disk.

MiniStack answers 200 for an object that the disk has no room for, and forgets it when it ends.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from ministack.services import s3  # type: ignore[import-untyped] # it ships no types


def mend() -> None:
    """Let S3 of this process refuse what it cannot keep; before it serves anything."""
    s3._persist_object = _refusing(s3._persist_object)  # noqa: SLF001 # no other door; its version is pinned


def _refusing(persist: Callable[..., None]) -> Callable[..., None]:
    @wraps(persist)
    def persist_or_refuse(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if record.get("body") is not None:  # it lets go of what it has written
            raise OSError(f"There is no room on the disk for {bucket}/{key}")

    return persist_or_refuse
