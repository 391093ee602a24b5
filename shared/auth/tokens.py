"""Tokens: written and read, ES256 and nothing else, by joserfc."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError

from shared.auth.models import Caller
from shared.auth.scopes import spelt, understood
from shared.auth.signing import ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import ECKey

    from shared.auth.signing import TokenSigningKeys
    from shared.runtime.models import Clock

LONGEST = 4096
"""Maximum length of a token in characters; also what KMS signs without a digest."""
CLOCKS_DIFFER_BY = 5
"""Seconds by which the clocks of two functions may differ."""


_ESSENTIAL: jwt.ClaimsOption = {"essential": True}
_TEXTS = ("client_id", "sub", "scope", "family", "jti")
_TIMES = ("iat", "nbf", "exp")


class Use(StrEnum):
    """Use of a token; tokens of one use are not accepted for the other."""

    ACCESS = "access"
    REFRESH = "refresh"


GOOD_FOR = {Use.ACCESS: timedelta(hours=24), Use.REFRESH: timedelta(days=30)}


class BadToken(Exception):
    """The token is invalid, for another use or not valid now; the reason is only logged."""


@dataclass(frozen=True, kw_only=True)
class TokenClaims:
    """Claims of a token: the caller, the refresh token family, the token id, and the expiry of one that was read."""

    caller: Caller
    family: str
    token_id: str
    expires_at: datetime | None = field(default=None, compare=False)


class Tokens:
    """Writes and reads the tokens of one stage; those of another are not ours."""

    def __init__(self, keys: "TokenSigningKeys", *, stage: str, clock: "Clock") -> None:
        self._keys = keys
        self._issuer = f"tally-{stage}"
        self._audience = f"tally-{stage}-api"
        self._clock = clock

    def write(self, ticket: TokenClaims, use: Use) -> str:
        """Sign a token that is valid from now on."""
        now = self._now()
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": ticket.caller.subject,
            "client_id": ticket.caller.key_id,
            "scope": spelt(ticket.caller.scopes),
            "token_use": use.value,
            "family": ticket.family,
            "jti": ticket.token_id,
            "iat": now,
            "nbf": now,
            "exp": now + int(GOOD_FOR[use].total_seconds()),
        }
        key = self._keys.signing
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])

    def read(self, token: str, use: Use) -> TokenClaims:
        """Verify a token and return its claims.

        Raises:
            BadToken: the token is invalid, for another use or not valid now.
        """
        if len(token) > LONGEST:
            raise BadToken(f"{len(token)} characters long")
        try:
            claims = jwt.decode(token, self._key_of, algorithms=[ALGORITHM]).claims
            self._rules(use).validate(claims)
            _check_lifetime(claims, use)
            return _ticket(claims)
        except (JoseError, ValueError, TypeError) as error:  # the last two: joserfc, of headers of an odd shape
            raise BadToken(f"{type(error).__name__}: {error}") from None

    def _key_of(self, token: Any) -> "ECKey":
        kid = token.headers().get("kid")
        key = self._keys.of(kid) if isinstance(kid, str) else None
        if key is None:
            raise BadToken("signed by an unknown key")
        return key

    def _rules(self, use: Use) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=self._now,
            leeway=CLOCKS_DIFFER_BY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            token_use={"essential": True, "value": use.value},
            **dict.fromkeys((*_TEXTS, *_TIMES), _ESSENTIAL),
        )

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _check_lifetime(claims: "Mapping[str, Any]", use: Use) -> None:
    """Accept only the lifetime that tokens of a use are written with, in whole seconds: no other is one of ours."""
    said = [claims[name] for name in _TIMES]
    if not all(type(each) is int for each in said):
        raise BadToken("a time is not a whole number of seconds")
    issued, _, expires = said
    if expires - issued > int(GOOD_FOR[use].total_seconds()):
        raise BadToken("expires later than any token of ours")


def _ticket(claims: "Mapping[str, Any]") -> TokenClaims:
    said = [claims[name] for name in _TEXTS]
    if not all(isinstance(each, str) for each in said):
        raise BadToken("a claim is not text")
    key_id, subject, scope, family, token_id = said
    return TokenClaims(
        caller=Caller(key_id=key_id, subject=subject, scopes=understood(scope)),
        family=family,
        token_id=token_id,
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )
