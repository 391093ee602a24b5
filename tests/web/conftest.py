"""Platforms that serve the built web application: one with the demo, and one without any data."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
from tests.web.playwright import told_of


@contextmanager
def _serving(directory: Path) -> Iterator[RunningPlatform]:
    """Bring a platform up that serves the built web application."""
    chromium.require()
    assert (web_site.BUILD / web_site.INDEX).is_file(), "build the web application first, as `make test` does"
    running = RunningPlatform(Layout(directory), free_ports(), web_site.BUILD)
    running.start(Console(quiet=True))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """The platform as `make run` leaves it after its first start, on free ports."""
    with _serving(tmp_path_factory.mktemp("shop")) as running:
        load_demo(
            api_url=running.api_url,
            token=running.token,
            lake=running.lake,
            scale=Scale.SMALL,
            progress=Progress(Console(quiet=True)),
        )
        yield running


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """The platform as `make run ARGS=--no-demo` leaves it: without any data."""
    with _serving(tmp_path_factory.mktemp("bare")) as running:
        yield running


@pytest.fixture
def told(shop: RunningPlatform) -> dict[str, str]:
    """The environment variables that point the browser tests at the platform with the demo."""
    return told_of(shop)
