"""CORS headers: configured origins only, with credentials."""

import os
from functools import cache

from shared.runtime.settings import Settings

_EXPOSED = (
    "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, "
    "X-Total-Count, X-Page-Limit, X-Page-Offset, Idempotency-Replayed"
)


@cache
def _origins() -> tuple[str, ...]:
    return Settings.from_environment(os.environ).cors_origins


def cors_headers(origin: str | None) -> dict[str, list[str]]:
    """The headers that let a page of this origin read the answer; only `Vary` where it may not."""
    if origin is None or origin not in _origins():
        return {"Vary": ["Origin"]}
    return {
        "Access-Control-Allow-Origin": [origin],
        "Access-Control-Allow-Credentials": ["true"],
        "Access-Control-Expose-Headers": [_EXPOSED],
        "Vary": ["Origin"],
    }
