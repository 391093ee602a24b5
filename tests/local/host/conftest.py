"""A small fake data plane, the real front door before it, and one real emulator for all tests."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from botocore.config import Config

from infra.local.emulator.credentials import session
from infra.local.emulator.supervisor import Emulator
from infra.local.gateway.bad_requests import DoorRunner
from infra.local.gateway.forwarding import RestApi
from infra.local.gateway.server import FrontDoor
from infra.local.gateway.websocket_routes import WebSocketApi
from infra.local.host.servers import Servers
from infra.local.layout import Layout, Ports
from tests.local.host.free_ports import free_ports

HOME = "http://127.0.0.1:3008"
BINARY = ("application/gzip",)


def upstream() -> web.Application:
    """Respond like the emulator's REST and WebSocket APIs, and record the requests."""

    async def echo(request: web.Request) -> web.Response:
        if "wait" in request.query:
            await asyncio.sleep(60)
        if "bytes" in request.query:
            return web.Response(body=b"x" * int(request.query["bytes"]))
        body = await request.read()
        seen = {
            "method": request.method,
            "raw": request.raw_path,
            "headers": [list(pair) for pair in request.headers.items()],
            "body": body.hex(),
        }
        answer = web.json_response(seen, headers={"x-amzn-requestid": "g-1"})
        answer.headers.add("Set-Cookie", "a=1")
        answer.headers.add("Set-Cookie", "b=2")
        return answer

    async def join(request: web.Request) -> web.StreamResponse:
        if "refuse" in request.query:
            raise _refusal(int(request.query["refuse"]))
        socket = web.WebSocketResponse(protocols=())
        await socket.prepare(request)
        await socket.send_json({"query": request.raw_path.partition("?")[2], "headers": dict(request.headers)})
        async for message in socket:
            await (
                socket.send_bytes(message.data) if isinstance(message.data, bytes) else socket.send_str(message.data)
            )
        return socket

    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_route("*", r"/restapis/abc/local/_user_request_/{path:[\s\S]*}", echo)
    app.router.add_get("/_aws/execute-api/wsx/local", join)
    return app


def _refusal(status: int) -> web.HTTPException:
    kinds = (web.HTTPUnauthorized, web.HTTPForbidden, web.HTTPGone, web.HTTPRequestHeaderFieldsTooLarge)
    return {kind.status_code: kind for kind in kinds}[status]()


@dataclass(frozen=True)
class Door:
    """Where the front door under test listens, and the one that leads nowhere."""

    port: int
    port_of_one_without_upstream: int


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """The real front door before the fake upstream."""
    ports = free_ports()
    nowhere = "http://127.0.0.1:1"
    with Servers() as servers:
        url = ports.url("emulator")
        rest, websocket = RestApi.at(url, "abc", "local", BINARY), WebSocketApi.at(url, "wsx", "local")
        servers.serve(upstream(), ports.emulator)
        own = FrontDoor(rest=rest, websocket=websocket, home=HOME, integration_seconds=1)
        servers.serve(own.application(), ports.front, run_by=DoorRunner)
        lost = FrontDoor(
            rest=RestApi.at(nowhere, "a", "b", BINARY), websocket=WebSocketApi.at(nowhere, "a", "b"), home=HOME
        )
        servers.serve(lost.application(), ports.web)
        yield Door(ports.front, ports.web)


@dataclass(frozen=True)
class Running:
    """An emulator that is up, and where it keeps what it knows."""

    emulator: Emulator
    layout: Layout
    ports: Ports

    def client(self, service: str) -> Any:
        """Return a boto3 client with the emulator's own credentials."""
        clients: Any = session(self.layout)
        return clients.client(service, endpoint_url=self.emulator.url, config=Config(signature_version="v4"))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One real emulator for every test that only talks to it."""
    layout, ports = Layout(Path(tmp_path_factory.mktemp("emulator"))), free_ports()
    with Emulator(layout=layout, ports=ports) as emulator:
        yield Running(emulator, layout, ports)
