"""Tokens that nobody may come in with, each by what is wrong with it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.auth.identity import Identity
from shared.auth.scopes import Scope
from tests.fakes.clock import Clock
from tests.fakes.identities import credentials, make_key

_HUGE = 100_000


@dataclass(frozen=True)
class Forger:
    """Knows everything that is public, holds a token pair of a good key, and can sign with keys of their own."""

    identity: Identity
    clock: Clock
    own: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def good(self) -> str:
        """A token that is right in every way."""
        return self.identity.grants.to_key(credentials(make_key(self.identity))).access_token

    def refresh(self) -> str:
        """A refresh token that is right in every way."""
        return self.identity.grants.to_key(credentials(make_key(self.identity))).refresh_token

    def of_a_revoked_key(self) -> str:
        """A token whose key has been revoked since, before anybody looked."""
        key = make_key(self.identity)
        token = self.identity.grants.to_key(credentials(key)).access_token
        self.identity.keys.revoke(key.id)
        return token

    def of_a_key_unheard_of(self) -> str:
        """A token that our own key signed for an API key that there never was."""
        return self.signed(client_id="key-0000000000000000")

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a good token with some of them changed; None leaves one out."""
        found = {**_opened(self.good())[1], **changed}
        return {name: value for name, value in found.items() if value is not None}

    def signed(self, **changed: Any) -> str:
        """A token with claims changed that the platform's own key did sign."""
        key = self.identity.signing_keys.signing
        return jwt.encode({"alg": "ES256", "kid": key.kid}, self.claims(**changed), key, algorithms=["ES256"])

    def forged(self, header: Mapping[str, Any]) -> str:
        """A token that the forger's own key signed."""
        return jwt.encode({"alg": "ES256", **header}, self.claims(), self.own, algorithms=["ES256"])

    def by_hmac(self, secret: bytes) -> str:
        """A token signed by HS256, with whatever serves as the secret."""
        content = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': self.kid})}.{_part(self.claims())}"
        return f"{content}.{_coded(hmac.new(secret, content.encode(), hashlib.sha256).digest())}"

    def with_payload(self, **changed: Any) -> str:
        """A good token whose claims were changed after it was signed."""
        header, _, signature = self.good().split(".")
        return f"{header}.{_part(self.claims(**changed))}.{signature}"

    def with_signature(self, change: Callable[[bytes], bytes]) -> str:
        """A good token with another signature."""
        content, _, signature = self.good().rpartition(".")
        return f"{content}.{_coded(change(_decoded(signature)))}"

    def with_header(self, header: Any) -> str:
        """A good token with another header."""
        return f"{_part(header)}.{self.good().split('.', 1)[1]}"

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


def _part(value: Any) -> str:
    return _coded(json.dumps(value).encode())


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _opened(token: str) -> tuple[Any, Any]:
    header, payload, _ = token.split(".")
    return json.loads(_decoded(header)), json.loads(_decoded(payload))


def _der(forger: Forger) -> bytes:
    public = forger.identity.signing_keys.signing.public_key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _own_jwk(forger: Forger) -> dict[str, Any]:
    return dict(forger.own.as_dict())


BAD_TOKENS: Mapping[str, Callable[[Forger], str]] = MappingProxyType(
    {
        "empty": lambda _: "",
        "a word": lambda _: "token",
        "two dots": lambda _: "..",
        "alg none, unsigned": lambda it: f"{_part({'alg': 'none', 'kid': it.kid})}.{_part(it.claims())}.",
        "alg none, signature of a good one": lambda it: it.with_header({"alg": "none", "kid": it.kid}),
        "alg None": lambda it: f"{_part({'alg': 'None', 'kid': it.kid})}.{_part(it.claims())}.",
        "alg is no text": lambda it: it.with_header({"alg": ["ES256"], "kid": it.kid}),
        "header is a list": lambda it: it.with_header(["alg", "kid"]),
        "header is a text": lambda it: it.with_header("alg kid"),
        "crit of something unknown": lambda it: it.with_header({"alg": "ES256", "kid": it.kid, "crit": ["x"], "x": 1}),
        "crit is a number": lambda it: it.with_header({"alg": "ES256", "kid": it.kid, "crit": 1}),
        "HS256 with the public key as PEM": lambda it: it.by_hmac(it.public_pem),
        "HS256 with the public key as DER": lambda it: it.by_hmac(_der(it)),
        "HS256 with an empty secret": lambda it: it.by_hmac(b""),
        "another key, our kid": lambda it: it.forged({"kid": it.kid}),
        "another key, its kid": lambda it: it.forged({"kid": it.own.thumbprint()}),
        "another key, no kid": lambda it: it.forged({}),
        "another key in its header": lambda it: it.forged({"kid": it.kid, "jwk": _own_jwk(it)}),
        "another key at an address": lambda it: it.forged({"kid": it.kid, "jku": "https://evil.example/jwks.json"}),
        "kid is a path": lambda it: it.with_header({"alg": "ES256", "kid": "../../etc/passwd"}),
        "another issuer": lambda it: it.signed(iss="tally-prod"),
        "no issuer": lambda it: it.signed(iss=None),
        "another audience": lambda it: it.signed(aud="tally-prod-api"),
        "no audience": lambda it: it.signed(aud=None),
        "expired": lambda it: it.signed(exp=it.at(-6)),
        "without expiry": lambda it: it.signed(exp=None),
        "expiry in words": lambda it: it.signed(exp="never"),
        "expiry without end": lambda it: it.signed(exp=float("nan")),
        "not yet valid": lambda it: it.signed(nbf=it.at(60)),
        "issued in the future": lambda it: it.signed(iat=it.at(60)),
        "without a subject": lambda it: it.signed(sub=None),
        "without an API key": lambda it: it.signed(client_id=None),
        "without a use": lambda it: it.signed(token_use=None),
        "scope is a list": lambda it: it.signed(scope=["admin"]),
        "API key is a number": lambda it: it.signed(client_id=1),
        "refresh used as access": lambda it: it.refresh(),
        "signed for a key unheard of": lambda it: it.of_a_key_unheard_of(),
        "of a revoked key": lambda it: it.of_a_revoked_key(),
        "claims changed": lambda it: it.with_payload(scope=Scope.ADMIN.value),
        "signature of zeros": lambda it: it.with_signature(lambda raw: bytes(len(raw))),
        "signature a bit changed": lambda it: it.with_signature(lambda raw: bytes([raw[0] ^ 1, *raw[1:]])),
        "signature too long": lambda it: it.with_signature(lambda raw: raw + b"\0"),
        "without a signature": lambda it: it.with_signature(lambda _: b""),
        "truncated by one": lambda it: it.good()[:-1],
        "truncated in its claims": lambda it: it.good()[:200],
        "padded": lambda it: it.good() + "=",
        "huge": lambda it: it.good() + "A" * _HUGE,
        "huge claims": lambda it: it.signed(x="x" * 2500),
        "not ASCII": lambda it: it.good() + "é",
    }
)
