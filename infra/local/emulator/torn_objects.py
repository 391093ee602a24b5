"""Repairs objects whose emulator was killed between writing the file and its sidecar.

MiniStack writes the file first. It would serve the new bytes with the old size and ETag: an unreadable Parquet file, or
a stale cache hit.
"""

import json
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

_SIDECAR = ".meta.json"


def describe_torn_objects(directory: Path) -> None:
    """Rewrite size and ETag of such objects, before MiniStack reads the directory."""
    for sidecar in _find_outdated(directory):
        content = _data_file(sidecar).read_bytes()
        etag = f'"{md5(content, usedforsecurity=False).hexdigest()}"'
        sidecar.write_text(json.dumps({**_read(sidecar), "size": len(content), "etag": etag, "checksums": {}}))


def _find_outdated(directory: Path) -> Iterator[Path]:
    for sidecar in directory.rglob(f"*{_SIDECAR}"):
        described = _data_file(sidecar)
        if described.is_file() and described.stat().st_mtime_ns > sidecar.stat().st_mtime_ns:
            yield sidecar


def _data_file(sidecar: Path) -> Path:
    return sidecar.with_name(sidecar.name.removesuffix(_SIDECAR))


def _read(sidecar: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(sidecar.read_text()))
    except ValueError:
        return {}
