"""A restart inside one process keeps every number, and deploys again only what changed.

The quick tier restarts by the command line, where processes end too: tests/local/end_to_end/test_lifecycle.py.
"""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from tests.local.conftest import RunningPlatform
from tests.local.host.test_front_door import ask
from tests.local.host.test_platform import bearer, loaded, post, sales

pytestmark = pytest.mark.thorough


def numbers(platform: RunningPlatform) -> tuple[Any, Any]:
    """Return the sources and the metrics."""
    today = datetime.now(UTC).date()
    span = f"time_range[start]={today - timedelta(days=2)}&time_range[end]={today + timedelta(days=2)}"
    sources = ask(platform.ports.front, "GET", "/api/v1/ingest/sources?size=100", headers=bearer(platform)).json()[
        "data"
    ]["content"]
    path = f"/api/v1/analytics/metrics?metric_type=revenue&{span}"
    metric = ask(platform.ports.front, "GET", path, headers=bearer(platform)).json()["data"]
    return sources, (metric["data"], metric["summary"])


def test_a_restart_keeps_every_number_and_deploys_only_changed_source(platform: RunningPlatform) -> None:
    said = io.StringIO()
    assert post(platform, sales("host-restart", 10)).status == 201
    platform.settle()
    before, deployed = numbers(platform), platform.layout.deployed.read_text()

    platform.stop()
    platform.start(Console(file=said))

    assert numbers(platform) == before
    assert before[1][1]["total"] >= 25
    assert ("cdk deploy" in said.getvalue()) is (platform.layout.deployed.read_text() != deployed)


def test_data_is_still_ingested_after_a_restart(platform: RunningPlatform) -> None:
    platform.stop()
    platform.start(Console(quiet=True))

    assert post(platform, sales("host-restarted", 3)).status == 201

    platform.settle(quiet=0.5)
    assert loaded(platform, "host-restarted") == 3
