"""Files of the platform's directory that hold secrets: whole or absent, and readable by their owner alone."""

import os
from contextlib import suppress
from pathlib import Path
from threading import get_native_id

_OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


def replace_private(path: Path, text: str) -> None:
    """Write a file, replacing the one that is there."""
    _write_beside(path, text).replace(path)


def create_private(path: Path, text: str) -> None:
    """Write a file unless it exists: of two processes that try, one wins and both read the same afterwards."""
    beside = _write_beside(path, text)
    with suppress(FileExistsError):
        path.hardlink_to(beside)
    beside.unlink()


def _write_beside(path: Path, text: str) -> Path:
    beside = path.with_name(f"{path.name}.{os.getpid()}.{get_native_id()}")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=_OWNER_ONLY), "w") as file:
        file.write(text)
    return beside
