"""How a request goes to the emulator's REST API and how its answer comes back, value to value."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from infra.local.gateway import limits
from infra.local.gateway.responses import Headers, Response, error_response, format_time
from infra.local.guard.headers import HOST_KEY_HEADER

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
_FAILED = "The request failed; retry later, and quote the request id if it fails again."
_ANSWER_TOO_LARGE = f"The response exceeds {limits.PAYLOAD_BYTES // 2**20} MB, the maximum that a function may return."
_NO_TOKEN = "Invalid or expired token"  # noqa: S105 # the words of the functions' own refusal
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
    """The deployed REST API: where it answers and what it takes for binary."""

    base: str
    binary_media_types: tuple[str, ...]

    @classmethod
    def at(cls, emulator: str, api_id: str, stage: str, binary_media_types: Iterable[str]) -> "RestApi":
        """Return the API at the emulator's own address form for REST stages."""
        return cls(f"{emulator}/restapis/{api_id}/{stage}/_user_request_", tuple(binary_media_types))

    def url(self, target: str) -> str:
        """Return the upstream address of a target: the path encoded once more, since the emulator decodes it once.

        A REST API splits the path as it was sent and passes it on to the function still percent-encoded.
        """
        path, mark, query = target.partition("?")
        return self.base + path.replace("%", "%25") + mark + query


def refuse_before(api: RestApi, request: Request, now: datetime) -> Response | None:
    """Return the answer to a request that would never reach the function in AWS."""
    no_text = [name.lower() for name, value in request.headers if not is_text(value)]
    if no_text:
        return _no_text(no_text, request, now)
    if limits.head_bytes(target=request.target, headers=request.headers) > limits.HEAD_BYTES:
        return _head_too_large(request, now)
    binary = limits.is_binary(request.header("content-type"), api.binary_media_types)
    if len(request.body) > limits.BODY_BYTES:
        return _too_large(limits.TOO_LARGE_FOR_GATEWAY, request, now)
    length = limits.event_bytes(target=request.target, headers=request.headers, body=request.body, binary=binary)
    if length > limits.PAYLOAD_BYTES:
        return _too_large(limits.TOO_LARGE_FOR_FUNCTION, request, now)
    return None


def is_text(value: str) -> bool:
    """Return whether a header is UTF-8: aiohttp decodes other bytes as lone surrogates, and drops them."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_text(names: Collection[str], request: Request, now: datetime) -> Response:
    """Refuse headers that would arrive as others than were sent; a token like that is none that the platform gave."""
    if "authorization" in names:
        return _no_token(request, now)
    message = f"The header {', '.join(names)} is not UTF-8."
    return error_response(HTTPStatus.BAD_REQUEST, message, request_id=request.request_id, now=now)


def _no_token(request: Request, now: datetime) -> Response:
    status, headers = HTTPStatus.UNAUTHORIZED, (("WWW-Authenticate", "Bearer"),)
    return error_response(status, _NO_TOKEN, request_id=request.request_id, now=now, headers=headers)


def _head_too_large(request: Request, now: datetime) -> Response:
    """Refuse a head over the limit; a token alone that long is none that the platform gave."""
    if len(request.header("authorization")) > limits.HEAD_BYTES:
        return _no_token(request, now)
    only_target = len(request.target) > limits.HEAD_BYTES
    status = HTTPStatus.REQUEST_URI_TOO_LONG if only_target else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return error_response(status, limits.HEAD_TOO_LARGE, request_id=request.request_id, now=now)


def _too_large(message: str, request: Request, now: datetime) -> Response:
    return error_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, request_id=request.request_id, now=now)


def upstream_headers(request: Request) -> Headers:
    """Return the headers API Gateway would hand on: the client's own and where the request came from.

    The emulator believes the first address of `X-Forwarded-For`, where API Gateway looks at the connection: the chain
    that a client brings is left out, or it could choose the address in the audit log. `Expect` was for the front door.

    What comes twice goes on under one spelling: of two, aiohttp's client would send the last only.
    """
    spelling: dict[str, str] = {}
    kept = tuple(
        (spelling.setdefault(name.lower(), name), value)
        for name, value in _end_to_end(request.headers)
        if name.lower() not in {"host", "expect", HOST_KEY_HEADER}
    )
    without = tuple(pair for pair in kept if not pair[0].lower().startswith("x-forwarded-"))
    return (
        *without,
        ("X-Forwarded-For", request.client),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", request.header("host")),
    )


def correct(request: Request, upstream: Response, now: datetime) -> Response:
    """Return the emulator's answer as API Gateway would have given it."""
    said = _object(upstream.body) if upstream.status >= HTTPStatus.BAD_REQUEST else {}
    if said.keys() == {"message"} and upstream.header("X-Request-Id") is None:
        # The emulator tells why an integration failed, where API Gateway applies the API's gateway response.
        return _upstream_failure(upstream.status, _request_id(upstream, request), now)
    if not limits.fits_answer(upstream.body, binary=_is_binary(upstream)):
        return error_response(
            HTTPStatus.BAD_GATEWAY, _ANSWER_TOO_LARGE, request_id=_request_id(upstream, request), now=now
        )
    body = upstream.body
    if str(said.get("timestamp", "")).startswith("$context."):
        body = orjson.dumps({**said, "timestamp": format_time(now)})
    return Response(upstream.status, body, _with_request_id(upstream, request))


def _upstream_failure(status: int, request_id: str, now: datetime) -> Response:
    """Answer for an integration that failed: 504 is what the API's gateway response makes 503 of."""
    if status != HTTPStatus.GATEWAY_TIMEOUT:
        return error_response(status, _FAILED, request_id=request_id, now=now)
    again = (("Retry-After", "5"),)
    return error_response(HTTPStatus.SERVICE_UNAVAILABLE, _FAILED, request_id=request_id, now=now, headers=again)


def _object(body: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _is_binary(answer: Response) -> bool:
    if answer.header("Content-Encoding"):
        return True
    try:
        answer.body.decode()
    except UnicodeDecodeError:
        return True
    return False


def _request_id(answer: Response, request: Request) -> str:
    return answer.header("x-amzn-requestid") or request.request_id


def _with_request_id(answer: Response, request: Request) -> Headers:
    kept = tuple(pair for pair in _end_to_end(answer.headers) if pair[0].lower() not in _EMULATOR_ONLY)
    if answer.header("X-Request-Id") is not None:
        return kept
    return (*kept, ("X-Request-Id", _request_id(answer, request)))


def _end_to_end(headers: Iterable[tuple[str, str]]) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP | {"content-length"})
