"""Request and response headers, for the OpenAPI document."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from shared.exports.details import ExportHeader
from shared.idempotency.claim import HEADER, PATTERN
from shared.idempotency.store import REPLAYED
from shared.runtime.errors import Forbidden, RateLimitExceeded, Unauthorized, Unavailable
from shared.runtime.etags import CONDITION

IDEMPOTENCY_KEY: Mapping[str, Any] = MappingProxyType(
    {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": (
            "A unique key for this request. Repeating the request with the same key and body within 24 hours has no "
            "second effect and returns the first response; another body with the same key returns 409."
        ),
        "schema": {"type": "string", "pattern": f"^{PATTERN}$"},
    }
)

IF_NONE_MATCH: Mapping[str, Any] = MappingProxyType(
    {
        "name": CONDITION,
        "in": "header",
        "required": False,
        "description": (
            "One or more `ETag`s of earlier responses. If one matches the current response, 304 is returned without a "
            "body. Invalid tags are ignored."
        ),
        "schema": {"type": "string"},
    }
)


def _header(description: str, schema: Mapping[str, Any], *, always: bool = False) -> Mapping[str, Any]:
    return {"description": description, "required": always, "schema": schema}


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 0}
HEADERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "X-Request-Id": _header("Id of the request, as in the body and in the logs.", _TEXT, always=True),
        "X-RateLimit-Limit": _header(
            "Maximum number of requests per window; absent if the counter is unavailable.", _WHOLE
        ),
        "X-RateLimit-Remaining": _header("Requests left in the current window.", _WHOLE),
        "X-RateLimit-Reset": _header("End of the current window, in seconds since 1970.", _WHOLE),
        "Retry-After": _header("Seconds to wait before a retry.", _WHOLE),
        "WWW-Authenticate": _header("`Bearer`, with the missing scope, if any.", _TEXT, always=True),
        "X-Total-Count": _header("Total number of items.", _WHOLE, always=True),
        "X-Page-Limit": _header("The `limit` of the request.", _WHOLE, always=True),
        "X-Page-Offset": _header("The `offset` of the request.", _WHOLE, always=True),
        "ETag": _header(
            "Weak validator of the response, for `If-None-Match`.",
            {"type": "string", "pattern": '^W/"[!#-~]+"$'},
            always=True,
        ),
        "Cache-Control": _header(
            "Whether the client may cache the response. Cached responses are private; revalidate them before use.",
            {"type": "string", "enum": ["private, no-cache", "no-store"]},
            always=True,
        ),
        "Location": _header(
            "URL of the response, valid for 15 minutes; with 202, the path of its status.",
            {"type": "string", "format": "uri-reference"},
            always=True,
        ),
        ExportHeader.ROWS: _header("Number of rows of the file.", _WHOLE, always=True),
        ExportHeader.SHA256: _header(
            "SHA-256 of the file, in hexadecimal digits.", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, always=True
        ),
        ExportHeader.WATERMARK: _header(
            "Every live source of decisions has delivered up to this time; 1970 without any.",
            {"type": "string", "format": "date-time"},
            always=True,
        ),
        ExportHeader.DISPOSITION: _header("`attachment`, with the name of the file (RFC 6266).", _TEXT, always=True),
        REPLAYED: _header(
            "`true` if this is a replay of the first response to the `Idempotency-Key`.",
            {"type": "string", "enum": ["true"]},
        ),
    }
)
_RATE_LIMIT = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_WINDOW = ("X-Total-Count", "X-Page-Limit", "X-Page-Offset")
_TAGGED = ("ETag", "Cache-Control")
_OF_STATUS = {
    HTTPStatus.SEE_OTHER: ("Location", "Cache-Control"),
    HTTPStatus.NOT_MODIFIED: _TAGGED,
    Unauthorized.status: ("WWW-Authenticate",),
    Forbidden.status: ("WWW-Authenticate",),
    RateLimitExceeded.status: ("Retry-After",),
    Unavailable.status: ("Retry-After",),
}
_FIRST_REDIRECTION = 300


def tell_headers(operation: dict[str, Any]) -> None:
    """Add the headers to every response of an operation, beside those that its route names."""
    for status, answer in operation["responses"].items():
        told = _of_success(operation) if int(status) < _FIRST_REDIRECTION else _OF_STATUS.get(int(status), ())
        limited = _RATE_LIMIT if operation["security"] and int(status) != Unauthorized.status else ()
        answer["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in dict.fromkeys(("X-Request-Id", *limited, *told, *answer.get("headers", ())))
        }


def _of_success(operation: Mapping[str, Any]) -> Iterator[str]:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "offset" in names:
        yield from _WINDOW
    if HEADER in names:
        yield REPLAYED
    if CONDITION in names:
        yield from _TAGGED
