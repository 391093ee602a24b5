"""Forges tokens."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key
from joserfc.jws import JWSRegistry

from shared.auth.identity import Identity
from shared.auth.models import TokenPair
from tests.fakes.clock import Clock
from tests.fakes.identities import credentials, make_key

_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class TokenForger:
    """An attacker who knows everything public, has a valid token pair, and can sign with own keys."""

    identity: Identity
    clock: Clock
    own: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @cached_property
    def _pair(self) -> TokenPair:
        return self.identity.grants.to_key(credentials(make_key(self.identity)))

    def good(self) -> str:
        """A token that is right in every way."""
        return self._pair.access_token

    def refresh(self) -> str:
        """A refresh token that is right in every way."""
        return self._pair.refresh_token

    def of_a_revoked_key(self) -> str:
        """A token whose key was revoked before it was ever verified."""
        key = make_key(self.identity)
        token = self.identity.grants.to_key(credentials(key)).access_token
        self.identity.keys.revoke(key.id)
        return token

    def of_a_key_unheard_of(self) -> str:
        """A token that our own key signed for an API key that there never was."""
        return self.signed(client_id="key-0000000000000000")

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a valid token, some of them changed; None omits one."""
        found = {**_opened(self.good())[1], **changed}
        return {name: value for name, value in found.items() if value is not None}

    def signed(self, **changed: Any) -> str:
        """A token with claims changed that the platform's own key did sign."""
        key = self.identity.signing_keys.signing
        return jwt.encode({"alg": "ES256", "kid": key.kid}, self.claims(**changed), key, algorithms=["ES256"])

    def forged(self, header: Mapping[str, Any], own: Key | None = None) -> str:
        """A token that a key of the forger's own signed."""
        named = {"alg": "ES256", **header}
        registry = JWSRegistry(algorithms=[named["alg"]], strict_check_header=False)
        return jwt.encode(named, self.claims(), own or self.own, registry=registry)

    def by_hmac(self, secret: bytes) -> str:
        """A token signed by HS256 with any secret."""
        content = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': self.kid})}.{part(self.claims())}"
        return f"{content}.{coded(hmac.new(secret, content.encode(), hashlib.sha256).digest())}"

    def with_payload(self, **changed: Any) -> str:
        """A valid token whose claims were changed after signing."""
        header, _, signature = self.good().split(".")
        return f"{header}.{part(self.claims(**changed))}.{signature}"

    def with_signature(self, change: Callable[[bytes], bytes]) -> str:
        """A good token with another signature."""
        content, _, signature = self.good().rpartition(".")
        return f"{content}.{coded(change(decoded(signature)))}"

    def with_header(self, header: Any) -> str:
        """A good token with another header."""
        return self.with_raw_header(json.dumps(header))

    def with_raw_header(self, header: str) -> str:
        """A good token with another header, which may be no JSON."""
        return f"{coded(header.encode())}.{self.good().split('.', 1)[1]}"

    def with_twin_of_signature(self) -> str:
        """A good token whose last character differs in the two bits that base64url leaves unused."""
        token = self.good()
        return token[:-1] + _BASE64URL[_BASE64URL.index(token[-1]) ^ 1]

    def of_another_stage(self) -> str:
        """A valid token of another stage, whose signing key this stage does not know."""
        header = {"alg": "ES256", "kid": self.own.thumbprint()}
        return jwt.encode(header, self.claims(iss="tally-prod", aud="tally-prod-api"), self.own, algorithms=["ES256"])

    @property
    def kid(self) -> str:
        """The published id of the key that signs."""
        return str(self.identity.signing_keys.signing.kid)

    @property
    def public_pem(self) -> bytes:
        """The published key."""
        return self.identity.signing_keys.signing.as_pem()

    def at(self, seconds: int) -> int:
        """The moment so many seconds from now."""
        return int(self.clock().timestamp()) + seconds


def part(value: Any) -> str:
    """A part of a token that says this."""
    return coded(json.dumps(value).encode())


def coded(data: bytes) -> str:
    """Write bytes as tokens carry them."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Read bytes as tokens carry them."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _opened(token: str) -> tuple[Any, Any]:
    header, payload, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(payload))
