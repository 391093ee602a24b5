"""Keeps the platform running until it is stopped."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from rich.console import Console

from infra.local import run_state
from infra.local.demo.loader import load_demo
from infra.local.demo.scale import Scale
from infra.local.errors import DirectoryGone, EmulatorFailed
from infra.local.host import getting_started
from infra.local.host.platform import Options, Platform
from infra.local.layout import Layout, Ports
from infra.local.progress import Progress

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_SECONDS = 1.0
SAVE_SECONDS = 300.0


class StopRequested(BaseException):
    """A stop was requested; not an Exception, so that no handler swallows it."""


def stay_up(layout: Layout, ports: Ports, *, scale: Scale | None, console: Console) -> bool:
    """Start the platform, print what to try, stop everything on request; return whether it was ever ready."""
    os.umask(0o077)  # state, objects and logs are the user's own
    started = time.monotonic()
    progress = Progress(console)
    ready = False
    with _one_ending():
        try:
            with Platform(Options.of(layout, ports), progress) as platform:
                _fill(platform, scale, progress)
                getting_started.show(console, layout, ports, platform.outputs.event_stream)
                console.print(f"[dim]Ready after {time.monotonic() - started:.1f} s.[/dim]", highlight=False)
                ready = True
                _watch(platform, layout)
        except StopRequested:
            console.print("Stopped; all data is kept.", highlight=False)
    return ready


def _fill(platform: Platform, scale: Scale | None, progress: Progress) -> None:
    if scale is not None and platform.lake.is_empty():
        load_demo(api_url=platform.api_url, token=platform.token(), lake=platform.lake, scale=scale, progress=progress)
        platform.emulator.save()


def _watch(platform: Platform, layout: Layout) -> NoReturn:
    """Wait for a stop request, the removal of the directory, or the death of the emulator."""
    saved = time.monotonic()
    while platform.emulator.is_running():
        time.sleep(_POLL_SECONDS)
        if run_state.current(layout) is None:
            platform.emulator.abandon()  # a graceful stop would make half of the directory again
            if not layout.lock.exists():  # and a save that was under way has: half a state would be taken for a whole
                layout.remove_folders()
            raise DirectoryGone(layout.directory)
        if time.monotonic() - saved > SAVE_SECONDS:
            platform.emulator.save()
            saved = time.monotonic()
    raise EmulatorFailed("ended on its own", layout.log("emulator"))


@contextmanager
def _one_ending() -> Iterator[None]:
    """Turn the first signal into Ended and ignore more of them, so that the stopping itself is never cut short."""
    asked: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        if not asked:
            asked.append(number)
            raise StopRequested

    before = {number: signal.signal(number, end) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
