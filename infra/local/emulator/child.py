"""The emulator's own process: runs MiniStack behind the guard, saves on SIGUSR1, ends when its standard input does."""

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from ministack import app as ministack  # type: ignore[import-untyped] # it ships no types
from ministack.core.persistence import save_all  # type: ignore[import-untyped] # it ships no types

from infra.local.emulator import resharding
from infra.local.emulator.credentials import Credentials
from infra.local.guard.browser import BrowserPolicy
from infra.local.guard.emulator import EmulatorGuard
from infra.local.layout import Layout, Ports

_saving = threading.Lock()


def _end_with_parent() -> None:
    """Ask for a graceful stop once the pipe from the parent closes, however the parent ended."""
    # Not through sys.stdin: its lock would be held while the interpreter ends, which aborts the process.
    os.read(0, 1)
    # Two saves at once would spoil each other's files; held from here on, so that no other begins.
    _saving.acquire()
    os.kill(os.getpid(), signal.SIGTERM)


def _save() -> None:
    """Write the state now, so that a power cut costs minutes and not the platform."""
    if not _saving.acquire(blocking=False):
        return
    try:
        # MiniStack saves only when it stops and offers no other door; its version is pinned.
        save_all(ministack._build_persistence_save_dict())  # noqa: SLF001
    finally:
        _saving.release()
    logging.getLogger("tally").info("State saved")


def _guard(directory: str, ports: str) -> None:
    """Put the guard before everything that MiniStack serves."""
    policy = BrowserPolicy.of(Ports(**json.loads(ports)), "emulator")
    ministack.app = EmulatorGuard(ministack.app, policy, Credentials.of(Layout(Path(directory))).host_key)


def main() -> None:
    """Serve until the parent's end of standard input closes."""
    # What MiniStack writes is the user's own: its state holds every table and object.
    os.umask(0o077)
    threading.Thread(target=_end_with_parent, daemon=True, name="parent-watch").start()
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=_save, name="state-save").start())
    _guard(*sys.argv[1:])
    sys.argv = sys.argv[:1]
    resharding.mend()
    ministack.main()


if __name__ == "__main__":
    main()
