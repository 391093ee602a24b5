"""Verifies access tokens, for REST and WebSocket alike."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.auth.tokens import BadToken, Use
from shared.runtime.errors import Forbidden, Unauthorized
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.auth.key_store import ApiKeys
    from shared.auth.models import Caller
    from shared.auth.refresh_tokens import RefreshTokenFamilies
    from shared.auth.scopes import Scope
    from shared.auth.tokens import TokenClaims, Tokens
    from shared.runtime.models import Clock

LOOKED_AT_FOR = timedelta(seconds=30)
"""How long the state of a key or family is cached; a revocation is effective everywhere after that."""
_MOST_REMEMBERED = 10_000


def to_unauthorized(message: str = "Invalid or expired token") -> Unauthorized:
    """Return the error, with the same message whatever the reason."""
    return Unauthorized(message, headers={"WWW-Authenticate": "Bearer"})


def require(scope: "Scope", caller: "Caller") -> None:
    """Reject a caller without a scope.

    Raises:
        Forbidden: the scope is missing; the error names it.
    """
    if scope not in caller.scopes:
        raise Forbidden(
            f"The scope {scope} is required",
            details={"required_scope": scope.value},
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )


class Verifier:
    """Determines the caller from an access token."""

    def __init__(self, tokens: "Tokens", keys: "ApiKeys", families: "RefreshTokenFamilies", clock: "Clock") -> None:
        self._tokens = tokens
        self._keys = _Remembered(keys.is_good, clock)
        self._families = _Remembered(families.is_good, clock)

    def caller(self, token: str | None) -> "Caller":
        """Return the caller.

        Raises:
            Unauthorized: the token is missing or invalid, or its API key or family is revoked.
        """
        return self.claims(token).caller

    def is_revoked(self, key_id: str, family: str) -> bool:
        """Whether an API key or a family of tokens that was active has been revoked since."""
        return not (self._keys.is_good(key_id) and self._families.is_good(family))

    def claims(self, token: str | None) -> "TokenClaims":
        """Return the claims of a token, for connections that outlive their handshake.

        Raises:
            Unauthorized: as `caller`.
        """
        if token is None:
            raise to_unauthorized()
        try:
            ticket = self._tokens.read(token, Use.ACCESS)
        except BadToken as bad:
            logger().info("token rejected", reason=str(bad))
            raise to_unauthorized() from None
        caller = ticket.caller
        if not self._keys.is_good(caller.key_id):
            logger().info("token rejected", reason="the API key is revoked", key_id=caller.key_id)
            raise to_unauthorized()
        if not self._families.is_good(ticket.family):
            logger().info("token refused", reason="its family is revoked", key_id=caller.key_id, family=ticket.family)
            raise to_unauthorized()
        return ticket


class _Remembered:
    """Caches which keys and families are active, so that not every request costs a read.

    Revoked ones are not cached, because such requests are rejected and rare.
    """

    def __init__(self, look: Callable[[str], bool], clock: "Clock") -> None:
        self._look = look
        self._clock = clock
        self._seen_good: dict[str, datetime] = {}

    def is_good(self, name: str) -> bool:
        """Return whether something is active, as of at most `LOOKED_AT_FOR` ago."""
        now = self._clock()
        seen = self._seen_good.get(name)
        if seen is not None and now - seen <= LOOKED_AT_FOR:
            return True
        if not self._look(name):
            self._seen_good.pop(name, None)
            return False
        self._remember(name, now)
        return True

    def _remember(self, name: str, now: datetime) -> None:
        """Bound the cache: a client may start a new family with every request."""
        if len(self._seen_good) >= _MOST_REMEMBERED:
            self._seen_good = {each: seen for each, seen in self._seen_good.items() if now - seen <= LOOKED_AT_FOR}
        if len(self._seen_good) < _MOST_REMEMBERED:
            self._seen_good[name] = now
