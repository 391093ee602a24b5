"""A real browser without a window, which knows some foreign names as this machine: what DNS rebinding brings about."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOREIGN = "evil.example"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str | None:
    """Return the browser that is installed, None without one."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def visiting(address: str, profile: Path, *rules: str) -> Iterator[None]:
    """Keep a page open for as long as the block runs; further rules say where hosts are."""
    browser = program()
    assert browser is not None
    options = [
        *_QUIET,
        f"--user-data-dir={profile}",
        f"--host-resolver-rules={', '.join((f'MAP {FOREIGN} 127.0.0.1', *rules))}",
    ]
    with (profile.parent / "chromium.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 # the browser of this machine
            [browser, *options, "--remote-debugging-port=0", address], stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def shown(address: str, profile: Path) -> subprocess.CompletedProcess[str]:
    """Return a page after its scripts have run: its elements, and its console as the errors."""
    browser = program()
    assert browser is not None
    options = ("--enable-logging=stderr", "--virtual-time-budget=8000", f"--user-data-dir={profile}", "--dump-dom")
    return subprocess.run(  # noqa: S603 # the browser of this machine
        [browser, *_QUIET, *options, address], capture_output=True, text=True, timeout=120, check=True
    )
