"""Who calls: the one judge of access tokens, for REST and WebSocket alike."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.auth.tokens import BadToken, Use
from shared.runtime.errors import Forbidden, Unauthorized
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.auth.key_store import ApiKeys
    from shared.auth.models import Caller
    from shared.auth.scopes import Scope
    from shared.auth.tokens import Tokens
    from shared.runtime.models import Clock

LOOKED_AT_FOR = timedelta(seconds=30)
"""How long a look at a key is good; a revocation holds everywhere after that."""


def unauthorized(message: str = "Invalid or expired token") -> Unauthorized:
    """Refuse, with the same words whatever was wrong."""
    return Unauthorized(message, headers={"WWW-Authenticate": "Bearer"})


def require(scope: "Scope", caller: "Caller") -> None:
    """Refuse a caller who does not have a scope.

    Raises:
        Forbidden: it names the scope.
    """
    if scope not in caller.scopes:
        raise Forbidden(
            f"The scope {scope} is required",
            details={"required_scope": scope.value},
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )


class Verifier:
    """Tells who calls from the token that was presented."""

    def __init__(self, tokens: "Tokens", keys: "ApiKeys", clock: "Clock") -> None:
        self._tokens = tokens
        self._keys = keys
        self._clock = clock
        self._seen_good: dict[str, datetime] = {}

    def caller(self, token: str | None) -> "Caller":
        """Return who calls.

        Raises:
            Unauthorized: there is no token, or it is not good for access now.
        """
        if token is None:
            raise unauthorized()
        try:
            caller = self._tokens.read(token, Use.ACCESS).caller
        except BadToken as bad:
            logger().info("token rejected", reason=str(bad))
            raise unauthorized() from None
        if not self._is_good(caller.key_id):
            logger().info("token rejected", reason="the API key is revoked", key_id=caller.key_id)
            raise unauthorized()
        return caller

    def _is_good(self, key_id: str) -> bool:
        now = self._clock()
        seen = self._seen_good.get(key_id)
        if seen is not None and now - seen <= LOOKED_AT_FOR:
            return True
        if not self._keys.is_good(key_id):
            self._seen_good.pop(key_id, None)
            return False
        self._seen_good[key_id] = now
        return True
