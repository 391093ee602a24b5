"""The browser tests of the web application (`web/e2e`), each file a test of this suite."""

import pytest

from tests.local.conftest import RunningPlatform
from tests.web.playwright import WEB, failures, told_of

QUICK = ("session.spec.ts", "keyboard.spec.ts")
"""Those that the quick tests run: signing in, and the way by keys to a dashboard, an alert and a replay."""
_SPECS = sorted(path.name for path in (WEB / "e2e").glob("*.spec.ts"))
SPECS = [each if each in QUICK else pytest.param(each, marks=pytest.mark.thorough) for each in _SPECS]


@pytest.mark.parametrize("spec", SPECS)
def test_in_a_real_browser_against_a_platform_with_the_demo(spec: str, told: dict[str, str]) -> None:
    assert failures(spec, told) == ""


@pytest.mark.thorough
def test_a_first_visit_to_a_platform_without_data(bare: RunningPlatform) -> None:
    assert failures("empty/firstVisit.spec.ts", told_of(bare)) == ""
