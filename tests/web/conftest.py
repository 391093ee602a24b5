"""A platform with the demo, which serves the built web application."""

import json
from collections.abc import Iterator

import pytest
from rich.console import Console

from infra import web_site
from infra.local.demo.loader import load_demo
from infra.local.demo.scale import Scale
from infra.local.layout import Layout
from infra.local.progress import Progress
from tests import chromium
from tests.local.conftest import RunningPlatform
from tests.local.host.free_ports import free_ports


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """The platform as `make run` leaves it after its first start, on free ports."""
    chromium.require()
    assert (web_site.BUILD / web_site.INDEX).is_file(), "build the web application first, as `make test` does"
    running = RunningPlatform(Layout(tmp_path_factory.mktemp("shop")), free_ports(), web_site.BUILD)
    quiet = Console(quiet=True)
    running.start(quiet)
    try:
        load_demo(
            api_url=running.api_url, token=running.token, lake=running.lake, scale=Scale.SMALL, progress=Progress(quiet)
        )
        yield running
    finally:
        running.stop()


@pytest.fixture
def told(shop: RunningPlatform) -> dict[str, str]:
    """What the browser tests are told of the platform, in their environment."""
    key = json.loads(shop.layout.own_key.read_text())
    return {
        "TALLY_WEB": shop.ports.url("web"),
        "TALLY_DIRECTORY": str(shop.layout.directory),  # of `./tally open --print`
        "TALLY_KEY_ID": key["client_id"],
        "TALLY_KEY_SECRET": key["client_secret"],
        chromium.VARIABLE: chromium.require(),
    }
