"""The log files of the laptop platform as lines to read."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from infra.local.layout import Layout

_POLL_SECONDS = 0.3


def by_name(layout: Layout) -> dict[str, Path]:
    """Return the logs there are."""
    return {path.stem: path for path in sorted(layout.logs.glob("*.log"))}


def begin_anew_if_long(path: Path, most: int = 20 * 2**20) -> None:
    """Put a long log aside, in the place of the one that was put aside before."""
    if path.exists() and path.stat().st_size > most:
        path.replace(path.with_suffix(".old.log"))


def tail(path: Path, *, lines: int, follow: bool) -> Iterator[str]:
    """Return the last lines of a log, and then new ones as they come if asked to."""
    with path.open(errors="replace") as log:
        for line in deque(log, maxlen=lines):
            yield line.rstrip("\n")
        while follow:
            line = log.readline()
            if line:
                yield line.rstrip("\n")
            else:
                time.sleep(_POLL_SECONDS)
