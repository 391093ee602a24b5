"""The front door's sockets: reads requests, asks the emulator, writes answers."""

import asyncio
import io
import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp
from aiohttp import web
from yarl import URL

from infra.local.gateway import limits
from infra.local.gateway.connections import client_of, opening
from infra.local.gateway.cors import allow_origin
from infra.local.gateway.forwarding import Request, RestApi, correct, refuse_before, upstream_headers
from infra.local.gateway.framing import invite_body, refuse_ambiguous
from infra.local.gateway.responses import Response, error_response
from infra.local.gateway.websocket import WebSocketDoor
from infra.local.gateway.websocket_routes import WebSocketApi

API_PREFIX = "/api/v1"
PUBLIC = (API_PREFIX, "/ws/")
"""Starts of the paths whose functions check tokens and origins themselves, here as in AWS."""
_ANYTHING = r"{anything:[\s\S]*}"


class FrontDoor:
    """Serves the public addresses of the platform over one REST API and one WebSocket API."""

    def __init__(  # noqa: PLR0913 - what is served, to whom and how, each by its name
        self,
        *,
        rest: RestApi,
        websocket: WebSocketApi | None,
        home: str,
        origins: Collection[str] = (),
        upstream_headers: Mapping[str, str] | None = None,
        integration_seconds: float = limits.INTEGRATION_SECONDS,
        requests_at_once: int = limits.REQUESTS_AT_ONCE,
    ) -> None:
        self._turns = asyncio.Semaphore(requests_at_once)
        self._upstream_headers = upstream_headers or {}
        self._integration_seconds = integration_seconds
        self._rest = rest
        self._websocket = websocket
        self._home = home
        self._origins = origins

    def application(self) -> web.Application:
        """Return the application of the API's own port."""
        app = new_application()
        app.router.add_get("/", self._welcome, allow_head=False, expect_handler=invite_body)
        self.add_to(app)
        app.router.add_route("*", f"/{_ANYTHING}", self._serve, expect_handler=invite_body)
        return app

    def add_to(self, app: web.Application) -> None:
        """Serve `/api/` and `/ws/` in an application, as CloudFront does beside the files of the web application."""
        app.cleanup_ctx.append(opening(seconds=self._integration_seconds, headers=self._upstream_headers))
        if self._websocket is not None:
            serve = WebSocketDoor(self._websocket).serve
            app.router.add_get("/ws/{channel:.*}", serve, allow_head=False, expect_handler=invite_body)
        for start in ("api", "ws"):
            app.router.add_route("*", f"/{start}/{_ANYTHING}", self._serve, expect_handler=invite_body)

    async def _welcome(self, _: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(self._home)

    async def _serve(self, incoming: web.Request) -> web.Response:
        answer = await self._respond(incoming, to_request(incoming), datetime.now(UTC))
        return to_web_response(allow_origin(answer, incoming.headers.getall("Origin", []), self._origins))

    async def _respond(self, incoming: web.Request, request: Request, now: datetime) -> Response:
        if not _is_api(request.path):
            message = f"The path {request.path} does not exist; the API starts at {API_PREFIX}."
            return error_response(HTTPStatus.NOT_FOUND, message, request_id=request.request_id, now=now)
        body = await _body(incoming)
        if body is None:
            message = limits.TOO_LARGE_FOR_GATEWAY
            too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return error_response(too_large, message, request_id=request.request_id, now=now)
        return await self.answer(client_of(incoming), replace(request, body=body), now)

    async def answer(self, client: aiohttp.ClientSession, request: Request, now: datetime) -> Response:
        """Return the API's answer to a whole request, or why API Gateway would refuse it."""
        refused = refuse_before(self._rest, request, now)
        if refused is not None:
            return refused
        try:
            async with asyncio.timeout(self._integration_seconds), self._turns:
                upstream = await self._ask(client, request)
        except TimeoutError:
            message = f"The request took longer than {self._integration_seconds:.0f} s, the limit of API Gateway."
            return _unavailable(message, request, now, retry_after=5)
        except aiohttp.ClientError as error:
            message = f"The platform does not respond ({type(error).__name__}); retry later."
            return _unavailable(message, request, now, retry_after=2)
        return await asyncio.to_thread(correct, request, upstream, now)

    async def _ask(self, client: aiohttp.ClientSession, request: Request) -> Response:
        url = URL(self._rest.url(request.target), encoded=True)
        async with client.request(
            request.method,
            url,
            headers=upstream_headers(request),
            data=_body_stream(request.body),
            allow_redirects=False,
        ) as response:
            body = await response.read()
            headers = tuple((name, value) for name, value in response.headers.items())
            return Response(response.status, body, headers)


def _unavailable(message: str, request: Request, now: datetime, *, retry_after: int) -> Response:
    again = (("Retry-After", str(retry_after)),)
    return error_response(
        HTTPStatus.SERVICE_UNAVAILABLE, message, request_id=request.request_id, now=now, headers=again
    )


def new_application() -> web.Application:
    """Return an application that takes only requests which every server on the way reads alike."""
    return web.Application(client_max_size=limits.BODY_BYTES, middlewares=[refuse_ambiguous])


def to_request(incoming: web.Request) -> Request:
    """Return a request as it came, without its body."""
    headers = tuple((name, value) for name, value in incoming.headers.items())
    return Request(
        method=incoming.method,
        target=incoming.raw_path,
        headers=headers,
        client=incoming.remote or "127.0.0.1",
        request_id=str(uuid.uuid4()),
    )


def _is_api(path: str) -> bool:
    return path == API_PREFIX or path.startswith(API_PREFIX + "/")


async def _body(incoming: web.Request) -> bytes | None:
    """Return the whole body, None as soon as it is known to be over the limit."""
    if (incoming.content_length or 0) > limits.BODY_BYTES:
        return None
    chunks: list[bytes] = []
    length = 0
    async for chunk in incoming.content.iter_any():
        length += len(chunk)
        if length > limits.BODY_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _body_stream(body: bytes) -> io.BytesIO | None:
    """Hand a body on in pieces: whole, a large one would hold up every other client while it is written."""
    return io.BytesIO(body) if body else None


def to_web_response(answer: Response) -> web.Response:
    """Return an answer for a client."""
    response = web.Response(status=answer.status, body=answer.body)
    response.headers.popall("Content-Type", None)
    for name, value in answer.headers:
        response.headers.add(name, value)
    return response
