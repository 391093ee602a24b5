"""The front door's own responses, in the dialect of the Commerce contract."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import orjson

from shared.runtime.browser_headers import PROTECTION

Headers = tuple[tuple[str, str], ...]

_CODES = {
    HTTPStatus.BAD_REQUEST: "VALIDATION_ERROR",
    HTTPStatus.UNAUTHORIZED: "UNAUTHORIZED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "PAYLOAD_TOO_LARGE",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
    HTTPStatus.TOO_MANY_REQUESTS: "RATE_LIMIT_EXCEEDED",
    HTTPStatus.SERVICE_UNAVAILABLE: "SERVICE_UNAVAILABLE",
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: "VALIDATION_ERROR",
}


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP response as a value."""

    status: int
    body: bytes
    headers: Headers = field(default=())

    def header(self, name: str) -> str | None:
        """Return the first header called `name` in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def error_response(status: int, message: str, *, request_id: str, now: datetime, headers: Headers = ()) -> Response:
    """Return an error as the Commerce contract words it, with the request id in body and header."""
    body = {
        "success": False,
        "error": {"code": code_of(status), "message": message},
        "timestamp": format_time(now),
        "request_id": request_id,
    }
    own = (("Content-Type", "application/json"), ("X-Request-Id", request_id), *PROTECTION.items())
    return Response(status, orjson.dumps(body), own + headers)


def format_time(moment: datetime) -> str:
    """Return a moment as the contracts spell it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def code_of(status: int) -> str:
    """Return the Commerce error code for a status that the gateway answers by itself."""
    fallback = "INTERNAL_ERROR" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "VALIDATION_ERROR"
    return _CODES.get(HTTPStatus(status), fallback)
