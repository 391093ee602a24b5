"""The emulator's own process: runs MiniStack behind the guard, saves on SIGUSR1, ends when its standard input does."""

import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from ministack import app as ministack  # type: ignore[import-untyped] # it ships no types

from infra.local.calls.call_log import CallLog
from infra.local.calls.emulated import lookups
from infra.local.calls.recorder import Recorder
from infra.local.emulator import object_files, resharding, retention
from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.emulator.durability import Durability
from infra.local.emulator.workers import descendants, end_all
from infra.local.guard.browser import BrowserPolicy
from infra.local.guard.emulator import EmulatorGuard
from infra.local.layout import Layout, Ports

_saving = threading.Lock()
_GRACE_SECONDS = 15.0


def _end_with_parent() -> None:
    """Ask for a graceful stop once the pipe from the parent closes, however the parent ended."""
    # Not through sys.stdin: its lock would be held while the interpreter ends, which aborts the process.
    os.read(0, 1)
    # Two saves at once would spoil each other's files; held from here on, so that no other begins.
    _saving.acquire()
    os.kill(os.getpid(), signal.SIGTERM)
    # Requests that wait for functions delay a graceful stop, and no process is left to force it.
    time.sleep(_GRACE_SECONDS)
    end_all(descendants(os.getpid()))
    os._exit(1)  # what was acknowledged is in the journal


def _save(durability: Durability) -> None:
    """Save the state now; a new journal begins, and unsaved changes remain in the old one."""
    if not _saving.acquire(blocking=False):
        return
    try:
        durability.save()
    finally:
        _saving.release()
    logging.getLogger("tally").info("State saved")


def _guard(directory: str, ports: str, calls: str | None = None) -> None:
    """Put the guard before everything that MiniStack serves."""
    layout, policy = Layout(Path(directory)), BrowserPolicy.of(Ports(**json.loads(ports)), "emulator")
    if calls is not None:
        ministack.app = Recorder(ministack.app, CallLog(Path(calls)), lookups())
    ministack.app = EmulatorGuard(ministack.app, policy, EmulatorCredentials.of(layout).host_key)


def main() -> None:
    """Serve until the parent's end of standard input closes."""
    # What MiniStack writes is the user's own: its state holds every table and object.
    os.umask(0o077)
    threading.Thread(target=_end_with_parent, daemon=True, name="parent-watch").start()
    durability = Durability()
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=_save, args=[durability], name="save").start())
    _guard(*sys.argv[1:])
    sys.argv = sys.argv[:1]
    for module in (object_files, resharding, retention):
        module.patch()
    durability.patch()
    try:
        ministack.main()
    finally:
        end_all(descendants(os.getpid()))


if __name__ == "__main__":
    main()
