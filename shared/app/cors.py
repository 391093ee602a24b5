"""CORS headers: configured origins only, with credentials."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.runtime.errors import Forbidden
from shared.runtime.request import headers_named
from shared.runtime.settings import Settings

_EXPOSED = (
    "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, "
    "X-Total-Count, X-Page-Limit, X-Page-Offset, Idempotency-Replayed, "
    "Location, Content-Disposition, X-Export-Rows, X-Export-SHA256, X-Export-Watermark"
)


@cache
def origins() -> tuple[str, ...]:
    """Return the configured origins of this deployment."""
    return Settings.from_environment(os.environ).cors_origins


def cors_headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the headers that let the requesting page read the response; none unless it names one configured origin."""
    match headers_named(event, "origin"):
        case [origin] if origin in origins():
            return {
                "Access-Control-Allow-Origin": [origin],
                "Access-Control-Allow-Credentials": ["true"],
                "Access-Control-Expose-Headers": [_EXPOSED],
            }
        case _:
            return {}


def require_own_page(event: Mapping[str, Any]) -> None:
    """Reject WebSocket connections from pages of other origins, because browsers do not apply CORS to WebSockets.

    Programs send no `Origin` and are accepted.

    Raises:
        Forbidden: the origin is not configured, or there are several.
    """
    named = headers_named(event, "origin")
    if named and (len(named) > 1 or named[0] not in origins()):
        raise Forbidden("Pages of this origin may not connect")
