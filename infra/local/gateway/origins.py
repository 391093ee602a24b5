"""Which pages may read an answer: what API Gateway's own templates say and the emulator's do not."""

from collections.abc import Collection

from infra.local.gateway.answers import Answer, Headers

_ALLOWED = "Access-Control-Allow-Origin"
_EXPOSED = "X-Request-Id, Retry-After"


def readable(answer: Answer, origin: str | None, origins: Collection[str]) -> Answer:
    """Return the answer such that a page of a configured origin may read it, refusals and preflights included."""
    if origin is None or origin not in origins:
        return answer
    kept = tuple((name, value) for name, value in answer.headers if name.lower() != _ALLOWED.lower())
    own: Headers = ((_ALLOWED, origin),)
    if answer.header("Access-Control-Allow-Credentials") is None:
        own += (
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", _EXPOSED),
            ("Vary", "Origin"),
        )
    return Answer(answer.status, answer.body, kept + own)
