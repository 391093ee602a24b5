"""The logs of the laptop platform as lines to read."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from infra.local.failures import NoSuchLog
from infra.local.layout import Layout

_POLL_SECONDS = 0.3


def every(layout: Layout) -> list[Path]:
    """Return the logs there are."""
    return sorted(layout.logs.glob("*.log"))


def find(layout: Layout, name: str) -> Path:
    """Return one log by its name."""
    found = {path.stem: path for path in every(layout)}
    if name not in found:
        known = ", ".join(found) or "none yet"
        raise NoSuchLog(f"There is no log called {name}; there are: {known}.")
    return found[name]


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
