"""The guard before the platform's own aiohttp applications: the web page, local Athena and the front door."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeAlias

import orjson
from aiohttp import web

from infra.local.emulator.credentials import EmulatorCredentials
from infra.local.guard.browser import BrowserPolicy, RequestHead, by_name
from infra.local.guard.signature import SignatureFault, parse_signature

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard(Protocol):
    """Decides about requests before an application sees them."""

    async def refusal(self, request: web.Request) -> web.Response | None:
        """Return the answer to a request that may not pass."""


@dataclass(frozen=True, slots=True)
class PageGuard:
    """Lets only the platform's own pages, and programs that are no browser, reach an application."""

    policy: BrowserPolicy
    public: tuple[str, ...] = ()
    """Starts of the paths that foreign pages may ask: what answers there checks tokens and origins itself."""

    async def refusal(self, request: web.Request) -> web.Response | None:
        """Refuse what a foreign page made a browser send."""
        fault = None if request.raw_path.startswith(self.public) else self.policy.fault(_head(request))
        return None if fault is None else web.Response(status=HTTPStatus.FORBIDDEN, text=f"{fault}\n")


@dataclass(frozen=True, slots=True)
class SignatureGuard:
    """Lets only requests reach an AWS API of ours that are signed with the platform's credentials."""

    policy: BrowserPolicy
    credentials: EmulatorCredentials

    async def refusal(self, request: web.Request) -> web.Response | None:
        """Refuse what is not signed, and all that a foreign page made a browser send."""
        head = _head(request)
        fault = self.policy.fault(head)
        if fault is not None:
            return _reject(SignatureFault("AccessDeniedException", fault))
        found = parse_signature(head, request.rel_url.raw_query_string)
        if isinstance(found, SignatureFault):
            return _reject(found)
        secret = self.credentials.secret_of(found.access_key_id)
        body = await request.read() if secret is not None and found.needs_body else b""
        refusal = found.fault(secret, body, dt.datetime.now(dt.UTC))
        return None if refusal is None else _reject(refusal)


def protect(application: web.Application, guard: Guard) -> web.Application:
    """Put a guard before everything that an application serves."""

    @web.middleware
    async def serve(request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = await guard.refusal(request)
        return await handler(request) if refused is None else refused

    application.middlewares.insert(0, serve)
    return application


def _head(request: web.Request) -> RequestHead:
    return RequestHead(request.method, request.rel_url.raw_path, by_name(tuple(request.headers.items())))


def _reject(refusal: SignatureFault) -> web.Response:
    body = orjson.dumps({"__type": refusal.code, "message": refusal.message})
    headers = {"x-amzn-ErrorType": refusal.code}
    return web.Response(
        body=body, status=HTTPStatus.FORBIDDEN, headers=headers, content_type="application/x-amz-json-1.1"
    )
