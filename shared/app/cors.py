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
    "X-Total-Count, X-Page-Limit, X-Page-Offset, Idempotency-Replayed"
)


@cache
def origins() -> tuple[str, ...]:
    """The origins that this deployment is configured with."""
    return Settings.from_environment(os.environ).cors_origins


def cors_headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    """The headers that let the page that asks read the answer; none where it may not, or names several origins."""
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
    """Let in programs, which send no `Origin`, and pages of the configured origins: browsers ask nobody on WebSockets.

    Raises:
        Forbidden: a page of another origin opens the connection, or it names several.
    """
    named = headers_named(event, "origin")
    if named and (len(named) > 1 or named[0] not in origins()):
        raise Forbidden("Pages of this origin may not connect")
