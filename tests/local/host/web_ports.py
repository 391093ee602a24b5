"""The web port beside the front door, before a fake emulator or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.gateway.bad_requests import DoorRunner
from infra.local.gateway.forwarding import RestApi
from infra.local.gateway.server import FrontDoor
from infra.local.gateway.websocket_routes import WebSocketApi
from infra.local.guard.browser import BrowserPolicy
from infra.local.guard.middleware import PageGuard, protect
from infra.local.host.servers import Servers
from infra.local.host.sign_in import SignIn
from infra.local.host.static_files import StaticFiles
from infra.local.host.web_app import connected_origins, web_application
from infra.local.layout import Layout, Ports
from infra.local.private_files import replace_private
from tests.local.host.conftest import BINARY, HOME, upstream
from tests.local.host.free_ports import free_ports

KEY = '{"client_id": "laptop", "client_secret": "a secret"}'


@contextmanager
def serving(folder: Path, layout: Layout, *, emulator: bool = True) -> Iterator[Ports]:
    """Serve a folder's files on the web port of a platform in a directory, which has an API key."""
    layout.create()
    replace_private(layout.own_key, KEY)
    ports = free_ports()
    url = ports.url("emulator")
    door = FrontDoor(
        rest=RestApi.at(url, "abc", "local", BINARY), websocket=WebSocketApi.at(url, "wsx", "local"), home=HOME
    )
    files = StaticFiles(folder, connected_origins(ports), api=ports.url("front"))
    pages = web_application(files, door, SignIn.of(layout, door))
    with Servers() as servers:
        if emulator:
            servers.serve(upstream(), ports.emulator)
        servers.serve(door.application(), ports.front, run_by=DoorRunner)
        servers.serve(protect(pages, PageGuard(BrowserPolicy.of(ports, "web"))), ports.web, run_by=DoorRunner)
        yield ports
