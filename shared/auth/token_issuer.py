"""Getting tokens: for an API key, or for the refresh token of the pair before."""

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.auth.models import KEY_ID, Caller, Credentials, TokenPair
from shared.auth.refresh_tokens import TokenReused
from shared.auth.scopes import Scope, spelt
from shared.auth.secrets import Derivation, derive, matches
from shared.auth.tokens import GOOD_FOR, BadToken, TokenClaims, Use
from shared.auth.verifier import to_unauthorized
from shared.runtime.errors import FieldError, InvalidRequest, Unauthorized
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.auth.key_store import ApiKeys
    from shared.auth.refresh_tokens import RefreshTokenFamilies
    from shared.auth.tokens import Tokens

_KEY_ID = re.compile(KEY_ID)


@dataclass(frozen=True, kw_only=True)
class TokenIssuer:
    """Issues pairs of access and refresh tokens."""

    keys: "ApiKeys"
    families: "RefreshTokenFamilies"
    tokens: "Tokens"
    derivation: Derivation = derive

    def to_key(self, credentials: Credentials, wanted: str | None = None) -> TokenPair:
        """Issue the first pair of a family for an API key.

        Raises:
            Unauthorized: the key is unknown or revoked, or the secret is wrong; the error does not say which.
            InvalidRequest: the key does not have the requested scopes.
        """
        found = self.keys.find(credentials.client_id) if _KEY_ID.fullmatch(credentials.client_id) else None
        key, kept = found or (None, None)
        right = matches(credentials.client_secret, kept, self.derivation)
        if key is None or not right or key.revoked_at is not None:
            raise _wrong_key()
        scopes = _chosen(wanted, frozenset(key.scopes))
        caller = Caller(key_id=key.id, subject=key.owner, scopes=scopes)
        first = _ticket(caller, family=secrets.token_hex(16))
        pair = self._pair(first)
        if not self.keys.use(key.id):
            raise _wrong_key()
        self.families.begin(first)
        return pair

    def to_refresh_token(self, token: str) -> TokenPair:
        """Issue the next pair of a family for its refresh token, which is invalid afterwards.

        Raises:
            Unauthorized: the token is invalid, expired or reused, or its key is revoked.
        """
        try:
            spent = self.tokens.read(token, Use.REFRESH)
        except BadToken as bad:
            logger().info("refresh token rejected", reason=str(bad))
            raise to_unauthorized() from None
        successor = _ticket(spent.caller, spent.family)
        pair = self._pair(successor)  # before the old one is spent: when KMS fails, the client may try again
        if not self.keys.use(spent.caller.key_id):
            raise to_unauthorized()
        try:
            self.families.renew(spent, successor)
        except TokenReused:
            logger().warning("refresh token reused", key_id=spent.caller.key_id, family=spent.family)
            count("RefreshTokenReuse")
            raise to_unauthorized() from None
        return pair

    def _pair(self, ticket: TokenClaims) -> TokenPair:
        return TokenPair(
            access_token=self.tokens.write(_ticket(ticket.caller, ticket.family), Use.ACCESS),
            expires_in=int(GOOD_FOR[Use.ACCESS].total_seconds()),
            refresh_token=self.tokens.write(ticket, Use.REFRESH),
            scope=spelt(ticket.caller.scopes),
        )


def _ticket(caller: Caller, family: str) -> TokenClaims:
    return TokenClaims(caller=caller, family=family, token_id=secrets.token_hex(16))


def _wrong_key() -> Unauthorized:
    return to_unauthorized("The API key is unknown or its secret is wrong")


def _chosen(wanted: str | None, allowed: frozenset[Scope]) -> frozenset[Scope]:
    words = [word for word in (wanted or "").split(" ") if word]  # RFC 6749: blanks alone separate scopes
    if not words:
        return allowed
    beyond = sorted(set(words) - allowed)
    if beyond:
        raise InvalidRequest(
            "The API key does not have all requested scopes",
            field_errors=[FieldError("scope", f"the API key does not have {', '.join(beyond)}", wanted)],
        )
    return frozenset(Scope(word) for word in words)
