"""The processes in which the emulator runs functions: they hold no state, and end with the emulator."""

from collections.abc import Iterable
from contextlib import suppress

import psutil


def descendants(pid: int) -> list[psutil.Process]:
    """Return all processes that a process started, directly or not; none if it has ended."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def end_all(workers: Iterable[psutil.Process]) -> None:
    """End workers at once: one that runs a function would retry requests that no emulator answers any more."""
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.kill()
