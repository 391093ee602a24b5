"""Invalid tokens, by what is wrong with them."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

from shared.auth.scopes import Scope
from tests.fakes.token_forger import TokenForger, coded, part

_HUGE = 100_000
_DEEP = 2_000


def _der(forger: TokenForger) -> bytes:
    public = forger.identity.signing_keys.signing.public_key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _in_der(raw: bytes) -> bytes:
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


def _own_jwk(forger: TokenForger) -> dict[str, Any]:
    return dict(forger.own.as_dict())


BAD_TOKENS: Mapping[str, Callable[[TokenForger], str]] = MappingProxyType(
    {
        "empty": lambda _: "",
        "a word": lambda _: "token",
        "two dots": lambda _: "..",
        "alg none, unsigned": lambda it: f"{part({'alg': 'none', 'kid': it.kid})}.{part(it.claims())}.",
        "alg none, signature of a good one": lambda it: it.with_header({"alg": "none", "kid": it.kid}),
        "alg None": lambda it: f"{part({'alg': 'None', 'kid': it.kid})}.{part(it.claims())}.",
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
        "another key at an address of certificates": lambda it: it.forged(
            {"kid": it.kid, "x5u": "https://evil.example"}
        ),
        "another key in a certificate": lambda it: it.forged({"kid": it.kid, "x5c": ["MIIB"]}),
        "another key, by ES384": lambda it: it.forged({"alg": "ES384", "kid": it.kid}, ECKey.generate_key("P-384")),
        "another key, by RS256": lambda it: it.forged({"alg": "RS256", "kid": it.kid}, RSAKey.generate_key(2048)),
        "of another stage": lambda it: it.of_another_stage(),
        "kid is a path": lambda it: it.with_header({"alg": "ES256", "kid": "../../etc/passwd"}),
        "kid is SQL": lambda it: it.with_header({"alg": "ES256", "kid": "' OR 1=1 --"}),
        "kid is empty": lambda it: it.with_header({"alg": "ES256", "kid": ""}),
        "kid is a list": lambda it: it.with_header({"alg": "ES256", "kid": [it.kid]}),
        "kid is an object": lambda it: it.with_header({"alg": "ES256", "kid": {"$ne": ""}}),
        "kid is null": lambda it: it.with_header({"alg": "ES256", "kid": None}),
        "kid has a NUL": lambda it: it.with_header({"alg": "ES256", "kid": f"{it.kid}\0"}),
        "alg twice": lambda it: it.with_raw_header(f'{{"alg":"none","alg":"ES256","kid":"{it.kid}"}}'),
        "alg in lower case": lambda it: it.with_header({"alg": "es256", "kid": it.kid}),
        "payload not encoded": lambda it: it.with_header(
            {"alg": "ES256", "kid": it.kid, "b64": False, "crit": ["b64"]}
        ),
        "typ is a list": lambda it: it.with_header({"alg": "ES256", "kid": it.kid, "typ": ["JWT"]}),
        "header nested deep": lambda it: it.with_raw_header(f'{{"alg":"ES256","kid":{"[" * _DEEP}'),
        "header breaks off": lambda it: it.with_raw_header('{"alg":"ES256"'),
        "header is no UTF-8": lambda it: f"{coded(bytes([255, 254]))}.{it.good().split('.', 1)[1]}",
        "a token in a token": lambda it: (
            f"{part({'alg': 'ES256', 'kid': it.kid, 'cty': 'JWT'})}.{coded(it.good().encode())}.AA"
        ),
        "five parts": lambda it: f"{it.good()}.AA.AA",
        "as a JSON object": lambda it: json.dumps(
            dict(zip(("protected", "payload", "signature"), it.good().split("."), strict=True))
        ),
        "another issuer": lambda it: it.signed(iss="tally-prod"),
        "no issuer": lambda it: it.signed(iss=None),
        "another audience": lambda it: it.signed(aud="tally-prod-api"),
        "no audience": lambda it: it.signed(aud=None),
        "expired": lambda it: it.signed(exp=it.at(-6)),
        "without expiry": lambda it: it.signed(exp=None),
        "expiry in words": lambda it: it.signed(exp="never"),
        "expiry without end": lambda it: it.signed(exp=float("nan")),
        "not yet valid": lambda it: it.signed(nbf=it.at(60)),
        "expires in a fraction of a second": lambda it: it.signed(exp=it.at(60) + 0.5),
        "expiry is true": lambda it: it.signed(exp=True),
        "expiry is a list": lambda it: it.signed(exp=[it.at(60)]),
        "expiry is infinite": lambda it: it.signed(exp=float("inf")),
        "expires later than any of ours": lambda it: it.signed(exp=it.at(2 * 86_400)),
        "expires in a huge number of seconds": lambda it: it.signed(exp=10**400),
        "valid from no number": lambda it: it.signed(nbf=float("nan")),
        "valid from a text": lambda it: it.signed(nbf=str(it.at(0))),
        "without a beginning": lambda it: it.signed(nbf=None),
        "issued at no number": lambda it: it.signed(iat=float("nan")),
        "issued a huge number of seconds ago": lambda it: it.signed(iat=-(10**400)),
        "without a time of issue": lambda it: it.signed(iat=None),
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
        "signature in DER": lambda it: it.with_signature(_in_der),
        "signature of ones": lambda it: it.with_signature(lambda raw: b"\xff" * len(raw)),
        "signature's first half zero": lambda it: it.with_signature(lambda raw: bytes(32) + raw[32:]),
        "signature's second half zero": lambda it: it.with_signature(lambda raw: raw[:32] + bytes(32)),
        "signature in another spelling": lambda it: it.with_twin_of_signature(),
        "truncated by one": lambda it: it.good()[:-1],
        "truncated in its claims": lambda it: it.good()[:200],
        "a blank in it": lambda it: it.good().replace(".", ". "),
        "in the other base64 alphabet": lambda it: (
            it.with_raw_header('{"alg":"ES256","kid":"\u00ff\u00fe~~"}').replace("-", "+").replace("_", "/")
        ),
        "padded": lambda it: it.good() + "=",
        "huge": lambda it: it.good() + "A" * _HUGE,
        "huge claims": lambda it: it.signed(x="x" * 2500),
        "not ASCII": lambda it: it.good() + "é",
    }
)

UNSENDABLE_TOKENS: Mapping[str, Callable[[TokenForger], str]] = MappingProxyType(
    {
        "a line break at its end": lambda it: f"{it.good()}\n",
        "a NUL at its end": lambda it: f"{it.good()}\0",
    }
)
"""Tokens that no HTTP client puts in a header; a body and a query may bring them."""
