"""The browser tests of the web application (`web/e2e`), each file a test of this suite."""

import os
import subprocess
import tempfile

import pytest

from infra.local.layout import PROJECT

WEB = PROJECT / "web"
QUICK = ("session.spec.ts", "keyboard.spec.ts")
"""Those that the quick tests run: signing in, and the way by keys to a dashboard, an alert and a replay."""
_SPECS = sorted(path.name for path in (WEB / "e2e").glob("*.spec.ts"))
SPECS = [each if each in QUICK else pytest.param(each, marks=pytest.mark.thorough) for each in _SPECS]
_KEPT = ("PATH", "HOME", "LANG", "CI")


@pytest.mark.parametrize("spec", SPECS)
def test_in_a_real_browser_against_a_platform_with_the_demo(spec: str, told: dict[str, str]) -> None:
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

    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
