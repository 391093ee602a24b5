"""A front door whose upstream remembers everything that reaches it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from aiohttp import web

from infra.local.gateway.bad_requests import DoorRunner
from infra.local.gateway.forwarding import RestApi
from infra.local.gateway.framing import Handler
from infra.local.gateway.server import FrontDoor
from infra.local.gateway.websocket_routes import WebSocketApi
from infra.local.guard.headers import HOST_KEY_HEADER
from infra.local.host.servers import Servers
from shared.app import cors
from tests.attacks.edge.origins import CONFIGURED
from tests.local.host.conftest import BINARY, HOME, upstream
from tests.local.host.free_ports import free_ports

HOST_KEY = "the host's own"


class Arrival(NamedTuple):
    """A request as the upstream saw it, its path without the emulator's own part."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class WatchedDoor:
    """A front door with the requests that reached its upstream."""

    port: int
    arrivals: list[Arrival] = field(default_factory=list)


@pytest.fixture(scope="session")
def running_door() -> Iterator[WatchedDoor]:
    """One front door for all attacks."""
    ports = free_ports()
    door, url = WatchedDoor(ports.front), ports.url("emulator")

    @web.middleware
    async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.raw_path.removeprefix("/restapis/abc/local/_user_request_")
        door.arrivals.append(Arrival(request.method, path, tuple(request.headers.items()), await request.read()))
        return await handler(request)

    behind = upstream()
    behind.middlewares.append(remember)
    front = FrontDoor(
        rest=RestApi.at(url, "abc", "local", BINARY),
        websocket=WebSocketApi.at(url, "wsx", "local"),
        home=HOME,
        origins=CONFIGURED,
        upstream_headers={HOST_KEY_HEADER: HOST_KEY},
    )
    with Servers() as servers:
        servers.serve(behind, ports.emulator)
        servers.serve(front.application(), ports.front, run_by=DoorRunner)
        yield door


@pytest.fixture
def watched(running_door: WatchedDoor) -> WatchedDoor:
    """The front door before anything of this test came through it."""
    running_door.arrivals.clear()
    return running_door


@pytest.fixture
def own_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Functions that are configured with origins."""
    monkeypatch.setenv("TALLY_CORS_ORIGINS", ",".join(CONFIGURED))
    cors.origins.cache_clear()
    yield
    cors.origins.cache_clear()
