"""What requests and answers say beside their bodies, for the OpenAPI document."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from shared.answers.tags import CONDITION
from shared.idempotency.claim import HEADER, PATTERN
from shared.idempotency.once import REPLAYED
from shared.runtime.errors import Forbidden, RateLimitExceeded, Unauthorized, Unavailable

IDEMPOTENCY_KEY: Mapping[str, Any] = MappingProxyType(
    {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": (
            "A name for this request: for a day, the same key with the same body gets the first answer again and has "
            "no second effect; with another body, 409."
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
            "The `ETag` of an answer that is at hand, or several of them; where the present one says the same, 304 and "
            "nothing more. What is no tag is overlooked."
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
        "X-Request-Id": _header("The id of this request, as in the body and in the logs.", _TEXT, always=True),
        "X-RateLimit-Limit": _header("Requests that a window lets through; absent while none are counted.", _WHOLE),
        "X-RateLimit-Remaining": _header("Requests left in this window.", _WHOLE),
        "X-RateLimit-Reset": _header("When this window ends, in seconds since 1970.", _WHOLE),
        "Retry-After": _header("Seconds until it is worth another try.", _WHOLE),
        "WWW-Authenticate": _header("`Bearer`, and the scope that is missing.", _TEXT, always=True),
        "X-Total-Count": _header("How many there are in all.", _WHOLE, always=True),
        "X-Page-Limit": _header("How many were asked for at most.", _WHOLE, always=True),
        "X-Page-Offset": _header("How many were left out in front.", _WHOLE, always=True),
        "ETag": _header(
            "Names what the answer says but for how it came about: weak, to be sent with `If-None-Match`.",
            {"type": "string", "pattern": '^W/"[!#-~]+"$'},
            always=True,
        ),
        "Cache-Control": _header(
            "Whether the answer may be kept; if it may, by its caller alone, to be asked for anew each time.",
            {"type": "string", "enum": ["private, no-cache", "no-store"]},
            always=True,
        ),
        "Location": _header("Where the answer lies for 15 minutes.", {"type": "string", "format": "uri"}, always=True),
        REPLAYED: _header("The first answer to this `Idempotency-Key`, again.", {"type": "string", "enum": ["true"]}),
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
    """Add to every answer of an operation the headers that it comes with."""
    for status, answer in operation["responses"].items():
        told = _of_success(operation) if int(status) < _FIRST_REDIRECTION else _OF_STATUS.get(int(status), ())
        limited = _RATE_LIMIT if operation["security"] and int(status) != Unauthorized.status else ()
        answer["headers"] = {
            name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *limited, *told)
        }


def _of_success(operation: Mapping[str, Any]) -> Iterator[str]:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "offset" in names:
        yield from _WINDOW
    if HEADER in names:
        yield REPLAYED
    if CONDITION in names:
        yield from _TAGGED
