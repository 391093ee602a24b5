"""Applications that record the calls of functions and hand them on unchanged."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

from infra.local.calls.call_log import CallLog, caller
from infra.local.calls.permissions import ApiRequest, Lookups, Permission, needed, needed_for_missing
from infra.local.emulator.credentials import ACCOUNT
from infra.local.guard.asgi import Application, Message, Receive, Send, head_of, query_string_of, read_body
from infra.local.guard.browser import RequestHead, by_name
from infra.local.guard.middleware import Handler
from infra.local.guard.signature import SignedRequest, parse_signature


@dataclass(frozen=True, slots=True)
class Recorder:
    """The emulator behind a log of the calls that functions make; to be placed behind the guard."""

    emulator: Application
    log: CallLog
    lookups: Lookups

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or one connection."""
        signed = _of_function(head_of(scope), query_string_of(scope)) if scope["type"] == "http" else None
        if signed is None:
            await self.emulator(scope, receive, send)
            return
        body = b""
        if _reads_body(signed):
            body, receive = await read_body(receive)
        function, request = caller(signed.head.header("user-agent")), _request(signed, body)
        self.log.add(function, needed(request, self.lookups))

        async def observe(message: Message) -> None:
            if message.get("status") == HTTPStatus.NOT_FOUND:
                self.log.add(function, needed_for_missing(request))
            await send(message)

        await self.emulator(scope, receive, observe)


def record_queries(
    application: web.Application, log: CallLog, needed_by: Callable[[ApiRequest], Iterator[Permission]]
) -> None:
    """Have Athena record the calls that functions make."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        head = RequestHead(request.method, request.rel_url.raw_path, by_name(tuple(request.headers.items())))
        signed = _of_function(head, request.rel_url.raw_query_string)
        if signed is not None:
            permissions = needed_by(_request(signed, await request.read()))
            await asyncio.to_thread(log.add, caller(head.header("user-agent")), permissions)
        return await handler(request)

    application.middlewares.append(record)


def _of_function(head: RequestHead, query_string: str) -> SignedRequest | None:
    """Return a request that a function signed: the emulator gives the account's id as key id to functions only.

    A browser's preflight of a presigned address is none: the CORS configuration of the bucket answers it.
    """
    found = parse_signature(head, query_string)
    if head.method == "OPTIONS" or not isinstance(found, SignedRequest) or found.access_key_id != ACCOUNT:
        return None
    return found


def _reads_body(signed: SignedRequest) -> bool:
    return signed.signature.service != "s3" or "delete" in signed.query


def _request(signed: SignedRequest, body: bytes) -> ApiRequest:
    return ApiRequest(
        service=signed.signature.service,
        method=signed.head.method,
        path=unquote(signed.head.path),
        query=signed.query,
        headers={name: ", ".join(values) for name, values in signed.head.headers.items()},
        body=body,
    )
