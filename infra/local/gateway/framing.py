"""Which requests the front door takes at all: those that every server on the way reads alike."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import HttpVersion10, HttpVersion11, web

from infra.local.gateway import limits
from infra.local.gateway.responses import error_response

_TRANSFER_ENCODING = "Transfer-Encoding"
# aiohttp gives the last trailer field of a chunked body to the next request of the connection, and never reads one
# that was sent behind a request for an upgrade: what follows such a request is not to be read.
_LAST = (_TRANSFER_ENCODING, "Upgrade")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(NamedTuple):
    """Why a request is refused unread."""

    status: HTTPStatus
    message: str


@web.middleware
async def refuse_ambiguous(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what two servers could read as two requests; close the connection where its rest is in doubt."""
    problem = _problem(request)
    if problem is not None:
        return _reject(problem)
    response = await handler(request)
    if not response.prepared and not request.headers.keys().isdisjoint(_LAST):
        response.force_close()
    return response


async def invite_body(incoming: web.Request) -> web.StreamResponse | None:
    """Answer `Expect`: ask for the body that a client holds back, unless it is too large to be taken."""
    if incoming.version != HttpVersion11:
        return None
    if incoming.headers.get("Expect", "").lower() != "100-continue":
        return _reject(Problem(HTTPStatus.EXPECTATION_FAILED, "The only expectation that is met is 100-continue."))
    if problem := _problem(incoming):
        return _reject(problem)
    if (incoming.content_length or 0) > limits.BODY_BYTES:
        return _reject(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limits.TOO_LARGE_FOR_GATEWAY))
    await incoming.writer.write(_CONTINUE)
    incoming.writer.output_size = 0  # the answer itself has not begun
    return None


def _problem(incoming: web.Request) -> Problem | None:
    coding = incoming.headers.get(_TRANSFER_ENCODING)
    if incoming.version not in {HttpVersion10, HttpVersion11}:
        return Problem(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 and HTTP/1.0 are served here.")
    if coding is not None and (incoming.version == HttpVersion10 or coding.lower() != "chunked"):
        return Problem(HTTPStatus.BAD_REQUEST, "The only Transfer-Encoding that is read is chunked, in HTTP/1.1.")
    if not incoming.raw_path.startswith("/") or incoming.method == "CONNECT":
        return Problem(HTTPStatus.BAD_REQUEST, "The request target must be a path: this is no proxy.")
    if "#" in incoming.raw_path:
        return Problem(HTTPStatus.BAD_REQUEST, "The request target must not have a fragment.")
    return None


def _reject(problem: Problem) -> web.Response:
    answer = error_response(problem.status, problem.message, request_id=str(uuid.uuid4()), now=datetime.now(UTC))
    response = web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))
    response.force_close()
    return response
