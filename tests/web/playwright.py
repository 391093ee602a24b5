"""Runs the browser tests of the web application (`web/e2e`) against a platform."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping

from infra.local.layout import PROJECT
from tests import chromium
from tests.local.conftest import RunningPlatform

WEB = PROJECT / "web"
_KEPT = ("PATH", "HOME", "LANG", "CI")


def told_of(platform: RunningPlatform) -> dict[str, str]:
    """Return the environment variables that point the browser tests at a platform."""
    key = json.loads(platform.layout.own_key.read_text())
    return {
        "TALLY_WEB": platform.ports.url("web"),
        "TALLY_DIRECTORY": str(platform.layout.directory),  # of `./tally open --print`
        "TALLY_KEY_ID": key["client_id"],
        "TALLY_KEY_SECRET": key["client_secret"],
        chromium.VARIABLE: chromium.require(),
    }


def failures(spec: str, told: Mapping[str, str]) -> str:
    """Run a file of tests; return what it printed if any of them failed, and nothing if all passed."""
    # Chromium puts a socket into its profile, and a socket path has at most 107 characters: too few for tmp_path.
    with tempfile.TemporaryDirectory(prefix="tally-web-") as short:
        ran = subprocess.run(  # noqa: S603 # our own tests
            # Of each file its own traces and pictures, which the next one would delete.
            ["npx", "playwright", "test", f"e2e/{spec}", "--output", f"test-results/{spec}"],  # noqa: S607 # of `make`
            cwd=WEB,
            env={**{name: os.environ[name] for name in _KEPT if name in os.environ}, **told, "TMPDIR": short},
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,
        )

    return f"{ran.stdout}\n{ran.stderr}" if ran.returncode else ""
