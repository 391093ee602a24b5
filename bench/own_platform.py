"""A platform for one bench alone: in a directory and on ports of its own, gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from bench.environment import environment
from infra.local.host.platform import Options, Platform
from infra.local.layout import Layout
from infra.local.progress import Progress
from shared.app.wiring import Wiring
from shared.runtime.settings import Settings
from tests.local.host.free_ports import free_ports


@contextmanager
def own_platform() -> Iterator[tuple[Platform, httpx.Client]]:
    """Bring a platform up, with a client at its front door who may do everything."""
    with tempfile.TemporaryDirectory() as directory:
        options = Options.of(Layout(Path(directory)), free_ports())
        with (
            Platform(options, Progress(Console(quiet=True))) as up,
            httpx.Client(base_url=up.api_url, timeout=120) as client,
        ):
            client.headers["Authorization"] = f"Bearer {up.token()}"
            yield up, client


@contextmanager
def wiring_in(up: Platform, function: str) -> Iterator[Wiring]:
    """Wire this process like a deployed function, with the resources that are granted to it."""
    clients: Any = up.credentials.session().client("lambda", endpoint_url=up.emulator.url)
    deployed = clients.get_function_configuration(FunctionName=f"tally-local-{function}")["Environment"]["Variables"]
    addresses = {"AWS_ENDPOINT_URL": up.emulator.url, "AWS_ENDPOINT_URL_ATHENA": up.athena_url}
    with environment({**up.credentials.environment(), **addresses}):
        yield Wiring(Settings.from_environment(deployed))
