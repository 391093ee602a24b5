"""Changes on disk as soon as they are made: what a saved state does not have yet, one JSON list on a line each.

A journal is a sequence of files. Before the state is saved a new one is begun, and once it is saved the older ones are
dropped; so a state and the journal together never lack a change, whenever the process is killed.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PREFIX, _SUFFIX = "journal-", ".jsonl"


class Journal:
    """The changes of one emulator since its state was last saved; any thread may write."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._file: int | None = None

    def write(self, *changes: Any) -> None:
        """Add changes that belong together: after a crash all of them are there, or none.

        Raises:
            OSError: they cannot be written; nothing of them is left.
        """
        line = json.dumps(changes, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self._file is None:
                self._file = self._begin(self._next_number())
            before = os.lseek(self._file, 0, os.SEEK_END)
            try:
                _write_all(self._file, line)
            except OSError:
                os.ftruncate(self._file, before)
                raise

    def turn(self) -> list[Path]:
        """Begin a new file and return those to `drop` once the state is saved.

        The last one is kept for another turn: a change that was written into it may not be made yet.
        """
        with self._lock:
            older = self._files()
            if self._file is not None:
                os.close(self._file)
            self._file = self._begin(self._next_number())
        return older[:-1]

    def changes(self) -> Iterator[Any]:
        """Read every change, in the order in which they were made."""
        for path in self._files():
            for line in path.read_bytes().splitlines():
                try:
                    yield from json.loads(line)
                except ValueError:  # the process was killed during this write, which was not acknowledged
                    continue

    @staticmethod
    def drop(files: list[Path]) -> None:
        """Forget files whose changes are in the saved state."""
        for path in files:
            path.unlink(missing_ok=True)

    def _begin(self, number: int) -> int:
        # A file is never appended to by a second process: the first may have left half a line at its end.
        path = self._directory / f"{_PREFIX}{number:08d}{_SUFFIX}"
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, mode=0o600)

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob(f"{_PREFIX}*{_SUFFIX}"))

    def _next_number(self) -> int:
        files = self._files()
        return int(files[-1].stem.removeprefix(_PREFIX)) + 1 if files else 1


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
