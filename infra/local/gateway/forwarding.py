"""How a request goes to the emulator's REST API and how its answer comes back, value to value."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import orjson

from infra.local.gateway import limits
from infra.local.gateway.answers import Answer, Headers, refusal
from infra.local.gateway.routes import RouteTable

_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_ENCODED_SLASH = re.compile("%2F", re.IGNORECASE)
_EMULATOR_ONLY = {"x-amz-request-id", "x-amz-id-2"}


@dataclass(frozen=True, slots=True)
class Request:
    """A client's request as received: the target still percent-encoded, every header in order."""

    method: str
    target: str
    headers: Headers
    client: str
    request_id: str
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query string, still percent-encoded."""
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        """Return the last value of a header in any case, empty when it is absent."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class RestApi:
    """The deployed REST API: where it answers and what it serves."""

    base: str
    table: RouteTable

    @classmethod
    def at(cls, emulator: str, api_id: str, stage: str, table: RouteTable) -> "RestApi":
        """Return the API at the emulator's own address form for REST stages."""
        return cls(f"{emulator}/restapis/{api_id}/{stage}/_user_request_", table)

    def url(self, target: str) -> str:
        """Return the upstream address of a target, its encoding untouched but for what the emulator gets wrong.

        The emulator decodes a path before it splits it, where API Gateway splits first.
        """
        path, mark, query = target.partition("?")
        return self.base + _ENCODED_SLASH.sub("%252F", path) + mark + query


def refuse_before(api: RestApi, request: Request, now: datetime) -> Answer | None:
    """Return the answer to a request that would never reach the function in AWS."""
    binary = limits.is_binary(request.header("content-type"), api.table.binary_media_types)
    if len(request.body) > limits.BODY_BYTES:
        return _too_large(limits.TOO_LARGE_FOR_GATEWAY, request, now)
    length = limits.event_bytes(target=request.target, headers=request.headers, body=request.body, binary=binary)
    if length > limits.PAYLOAD_BYTES:
        return _too_large(limits.TOO_LARGE_FOR_FUNCTION, request, now)
    return None


def _too_large(message: str, request: Request, now: datetime) -> Answer:
    return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, request_id=request.request_id, now=now)


def upstream_headers(request: Request) -> Headers:
    """Return the headers API Gateway would hand on: the client's own and where the request came from."""
    kept = tuple((name, value) for name, value in _end_to_end(request.headers) if name.lower() != "host")
    forwarded = request.header("x-forwarded-for")
    chain = f"{forwarded}, {request.client}" if forwarded else request.client
    without = tuple(pair for pair in kept if not pair[0].lower().startswith("x-forwarded-"))
    return (
        *without,
        ("X-Forwarded-For", chain),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", request.header("host")),
    )


def correct(api: RestApi, request: Request, upstream: Answer, now: datetime) -> Answer:
    """Return the emulator's answer as API Gateway would have given it."""
    if _is_gateway_error(upstream):
        return _in_dialect(api, request, upstream, now)
    binary = _sent_as_binary(upstream)
    if not limits.fits_answer(upstream.body, binary=binary):
        message = "The answer is over 6 MB, the most that a function may return."
        return refusal(HTTPStatus.BAD_GATEWAY, message, request_id=request.request_id, now=now)
    return Answer(upstream.status, upstream.body, _with_request_id(upstream, request.request_id))


def _is_gateway_error(answer: Answer) -> bool:
    """Tell an error of the gateway itself from a function's: typed, or the bare message of a failed integration."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return False
    if answer.header("x-amzn-ErrorType") is not None:
        return True
    return answer.header("X-Request-Id") is None and _fields(answer.body) == {"message"}


def _fields(body: bytes) -> set[str]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return set()
    return set(parsed) if isinstance(parsed, dict) else set()


def _in_dialect(api: RestApi, request: Request, upstream: Answer, now: datetime) -> Answer:
    """Word a gateway error as the API's gateway responses do, whose templates the emulator renders in part."""
    request_id = upstream.header("x-amzn-requestid") or request.request_id
    status, message, headers = _meaning(api.table, request, upstream)
    return refusal(status, message, request_id=request_id, now=now, headers=headers + _cross_origin(upstream))


def _meaning(table: RouteTable, request: Request, upstream: Answer) -> tuple[int, str, Headers]:
    if upstream.header("x-amzn-ErrorType") == "MissingAuthenticationTokenException":
        methods = table.methods_at(request.path)
        if not methods:
            return HTTPStatus.NOT_FOUND, f"Nothing is served at {request.path}.", ()
        allowed = ", ".join(sorted(methods))
        message = f"{request.method} is not served at {request.path}; allowed: {allowed}."
        return HTTPStatus.METHOD_NOT_ALLOWED, message, (("Allow", allowed),)
    if upstream.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return (
            upstream.status,
            "The request could not be served; try again and quote the request id if it persists.",
            (),
        )
    headers = (("WWW-Authenticate", "Bearer"),) if upstream.status == HTTPStatus.UNAUTHORIZED else ()
    return upstream.status, _message(upstream.body) or HTTPStatus(upstream.status).phrase, headers


def _message(body: bytes) -> str:
    """Return the message from whichever form the gateway's error has."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(parsed, dict):
        return ""
    error = parsed.get("error")
    inner = error.get("message") if isinstance(error, dict) else None
    return str(inner or parsed.get("message") or parsed.get("Message") or "")


def _cross_origin(answer: Answer) -> Headers:
    return tuple(pair for pair in answer.headers if pair[0].lower().startswith("access-control-"))


def _sent_as_binary(answer: Answer) -> bool:
    if answer.header("Content-Encoding"):
        return True
    try:
        answer.body.decode()
    except UnicodeDecodeError:
        return True
    return False


def _with_request_id(answer: Answer, request_id: str) -> Headers:
    kept = tuple(pair for pair in _end_to_end(answer.headers) if pair[0].lower() not in _EMULATOR_ONLY)
    if answer.header("X-Request-Id") is not None:
        return kept
    return (*kept, ("X-Request-Id", answer.header("x-amzn-requestid") or request_id))


def _end_to_end(headers: Iterable[tuple[str, str]]) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP | {"content-length"})
