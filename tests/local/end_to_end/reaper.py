"""Kills the processes of functions while they work."""

import random
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_PAUSE_SECONDS = (0.1, 1.5)
_AT_WORK = ("ingest", "stream-consumer", "merger", "file-loader")


class Reaper:
    """Kills so many function processes of one platform by signal, at moments that a seed decides."""

    def __init__(self, scratch: Path, seed: int, most: int) -> None:
        self.killed: list[str] = []
        self._most = most
        self._scratch = scratch
        self._dice = random.Random(seed)  # noqa: S311 # no secret
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._reap, name="reaper")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _reap(self) -> None:
        while len(self.killed) < self._most and not self._over.wait(self._dice.uniform(*_PAUSE_SECONDS)):
            found = sorted(self._workers().items())
            if found:
                name, process = self._dice.choice(found)
                with suppress(psutil.NoSuchProcess):
                    process.kill()
                    self.killed.append(name)

    def _workers(self) -> dict[str, psutil.Process]:
        """One process of each function that handles data: the emulator unpacks their code below its scratch folder."""
        found: dict[str, psutil.Process] = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                words = " ".join(process.cmdline())
                if str(self._scratch) in words:
                    found |= {name: process for name in _AT_WORK if f"-{name}-" in words}
        return found
