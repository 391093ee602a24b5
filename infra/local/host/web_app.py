"""The web port: the web application and the API on one origin, as CloudFront has them in AWS."""

from aiohttp import web

from infra.local.gateway.framing import invite_body
from infra.local.gateway.server import FrontDoor, new_application
from infra.local.host.sign_in import SignIn
from infra.local.host.static_files import StaticFiles
from infra.local.layout import LOOPBACK, Ports


def web_application(files: StaticFiles, door: FrontDoor, sign_in: SignIn) -> web.Application:
    """Return the application for the web port."""
    app = new_application()
    door.add_to(app)
    app.router.add_post(sign_in.PATH, sign_in.serve, expect_handler=invite_body)
    app.router.add_route("*", r"/{path:[\s\S]*}", files.serve, expect_handler=invite_body)
    return app


def connected_origins(ports: Ports) -> tuple[str, ...]:
    """Return where the application's pages connect to besides their own origin.

    Presigned addresses are the emulator's; not every browser counts WebSockets of the own host as `'self'`.
    """
    return ports.url("emulator"), *(f"ws://{name}:{ports.web}" for name in ("localhost", LOOPBACK))
