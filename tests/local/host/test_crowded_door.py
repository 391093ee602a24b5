"""However many clients ask at once, the emulator serves a bounded number of them, and the others wait their turn."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from infra.local.gateway.bad_requests import DoorRunner
from infra.local.gateway.forwarding import RestApi
from infra.local.gateway.server import FrontDoor
from infra.local.host.servers import Servers
from tests.local.host.conftest import BINARY, HOME
from tests.local.host.free_ports import free_ports
from tests.local.host.test_front_door import ask

AT_ONCE, CLIENTS = 3, 12


class CountingUpstream:
    """Answers requests in groups, so that as many are under way as the door lets through."""

    def __init__(self) -> None:
        self._under_way, self.most = 0, 0

    def application(self) -> web.Application:
        """Return the upstream to serve."""
        group = asyncio.Barrier(AT_ONCE)

        async def answer(_: web.Request) -> web.Response:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            await group.wait()
            self._under_way -= 1
            return web.json_response({})

        app = web.Application()
        app.router.add_get(r"/{path:[\s\S]*}", answer)
        return app


def test_excess_requests_are_queued_and_none_is_refused() -> None:
    ports, upstream = free_ports(), CountingUpstream()
    rest = RestApi.at(ports.url("emulator"), "abc", "local", BINARY)
    door = FrontDoor(rest=rest, websocket=None, home=HOME, requests_at_once=AT_ONCE)

    with Servers() as servers, ThreadPoolExecutor(CLIENTS) as clients:
        servers.serve(upstream.application(), ports.emulator)
        servers.serve(door.application(), ports.front, run_by=DoorRunner)
        answers = list(clients.map(lambda _: ask(ports.front, "GET", "/api/v1/health").status, range(CLIENTS)))

    assert answers == [200] * CLIENTS
    assert upstream.most == AT_ONCE
