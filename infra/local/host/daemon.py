"""Starts a platform that outlives its terminal, and ends it again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from infra.local import run_state
from infra.local.errors import AlreadyUp, HostFailed
from infra.local.layout import PROJECT, Layout

START_SECONDS = 30 * 60.0
STOP_SECONDS = 40.0
_POLL_SECONDS = 0.1


def start_detached(layout: Layout, arguments: Sequence[str]) -> None:
    """Run this command line again in the background and return once its platform is ready."""
    if run_state.current(layout) is not None:
        raise AlreadyUp(layout.directory)  # before its log is begun anew
    layout.create()
    log = layout.log("host")
    with log.open("wb") as out:
        process = subprocess.Popen(
            # The directory once more, absolute: a relative one would be another seen from the project.
            [sys.executable, "-m", "infra.local", *arguments, "--directory", str(layout.directory)],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if not _wait(lambda: process.poll() is not None or _is_ready(layout, process.pid), START_SECONDS):
        process.terminate()
        raise HostFailed(f"is not ready after {START_SECONDS:.0f} s", log)
    if process.returncode is not None:
        words = log.read_text(errors="replace").strip().splitlines()
        raise HostFailed(f"did not start ({words[-1] if words else 'no output'})", log)


def stop(layout: Layout, run: run_state.PlatformRun) -> None:
    """End the platform gracefully, and by force if it takes too long."""
    with suppress(ProcessLookupError):
        os.kill(run.pid, signal.SIGTERM)
    if not _wait(lambda: run_state.current(layout) is None, STOP_SECONDS):
        # The emulator notices that its parent is gone and ends by itself, saving its state.
        os.kill(run.pid, signal.SIGKILL)


def _is_ready(layout: Layout, pid: int) -> bool:
    run = run_state.current(layout)
    return run is not None and run.pid == pid and run.ready


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
