"""A real browser without a window, which knows some foreign names as this machine: what DNS rebinding brings about.

`python -m tests.chromium`, which `make test` runs, installs one where there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from infra.local.layout import PROJECT

WEB = PROJECT / "web"
FOREIGN = "evil.example"
VARIABLE = "TALLY_CHROMIUM"
"""Names the browser of the tests, here and in `web/playwright.config.ts`."""
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ON_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
_OF_PLAYWRIGHT = "process.stdout.write(require('@playwright/test').chromium.executablePath())"
_ABSENT = (
    f"no Chromium starts here; install it, run `npx playwright install chromium` in web/, or name one in {VARIABLE}"
)
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


def require() -> str:
    """Return the browser; without one, skip the test, or fail it in continuous integration."""
    found = program()
    if found is not None:
        return found
    if "CI" in os.environ:
        pytest.fail(_ABSENT)
    pytest.skip(_ABSENT)


@cache
def program() -> str | None:
    """Return the first browser that starts: of the environment, of the system, of Playwright."""
    return first_that_starts(os.environ.get(VARIABLE), shutil.which, _of_playwright)


def first_that_starts(
    named: str | None, which: Callable[[str], str | None], of_playwright: Callable[[], str | None]
) -> str | None:
    """Return the named browser if there is one, else the first of the others that starts."""
    if named:
        return named if starts(named) else None
    installed = filter(None, map(which, (*_PROGRAMS, _ON_MACOS)))
    return next(filter(starts, installed), None) or next(filter(starts, filter(None, [of_playwright()])), None)


def starts(browser: str) -> bool:
    """Return whether a browser starts: some systems have a program in its place that only asks to install it."""
    try:
        told = subprocess.run([browser, "--version"], capture_output=True, check=False, timeout=60)  # noqa: S603 # a browser
    except (OSError, subprocess.TimeoutExpired):
        return False
    return told.returncode == 0


def _of_playwright() -> str | None:
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules" / "@playwright").exists():
        return None
    asked = [node, "--input-type=commonjs", "-e", _OF_PLAYWRIGHT]
    return subprocess.run(asked, cwd=WEB, capture_output=True, text=True, check=False, timeout=60).stdout  # noqa: S603 # Node


def installers(*, root: bool, apt: bool) -> Iterator[Sequence[str]]:
    """Yield the commands that may install a browser, in the order in which they are tried."""
    if root and apt:
        yield ["apt-get", "update", "-qq"]
        yield ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
    yield ["npx", "playwright", "install", *(["--with-deps"] if root else []), "chromium"]


def main() -> None:
    """Install a browser unless there is one; without it, tests in a browser are skipped, and fail with `CI` set."""
    for command in installers(root=os.geteuid() == 0, apt=shutil.which("apt-get") is not None):
        if program() is not None or VARIABLE in os.environ:
            break
        _say(f"Installing Chromium for the tests ({' '.join(command)}) ...")
        subprocess.run(command, cwd=WEB, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 # ours
        program.cache_clear()
    if program() is None:
        _say(f"Tests in a real browser {'fail' if 'CI' in os.environ else 'are skipped'}: {_ABSENT}.")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def visiting(address: str, profile: Path, *rules: str) -> Iterator[None]:
    """Keep a page open for as long as the block runs; further rules say where hosts are."""
    options = [
        *_QUIET,
        f"--user-data-dir={profile}",
        f"--host-resolver-rules={', '.join((f'MAP {FOREIGN} 127.0.0.1', *rules))}",
    ]
    with (profile.parent / "chromium.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 # the browser of this machine
            [require(), *options, "--remote-debugging-port=0", address], stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def shown(address: str, profile: Path) -> subprocess.CompletedProcess[str]:
    """Return a page after its scripts have run: its elements, and its console as the errors."""
    options = ("--enable-logging=stderr", "--virtual-time-budget=8000", f"--user-data-dir={profile}", "--dump-dom")
    return subprocess.run(  # noqa: S603 # the browser of this machine
        [require(), *_QUIET, *options, address], capture_output=True, text=True, timeout=120, check=True
    )


if __name__ == "__main__":
    main()
