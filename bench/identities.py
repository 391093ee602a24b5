"""Somebody who calls: a signing key outside KMS, its public half as KMS tells it, and a token that it signed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth.models import Caller
from shared.auth.scopes import Scope
from shared.auth.signing import TokenSigningKeys
from shared.auth.tokens import TokenClaims, Tokens, Use
from shared.auth.verifier import Verifier
from shared.runtime.models import now

CALLER = Caller(key_id="key-0123456789abcdef", subject="bench", scopes=frozenset(Scope))


@dataclass
class MemoryKms:
    """One signing key."""

    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def public(self) -> bytes:
        """The public half, as KMS tells it."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def get_public_key(self, **_: Any) -> dict[str, bytes]:
        """Tell the public half."""
        return {"PublicKey": self.public}

    def sign(self, **asked: Any) -> dict[str, bytes]:
        """Sign."""
        return {"Signature": self.private.sign(asked["Message"], ECDSA(SHA256()))}


class GoodKeys:
    """API keys none of which is revoked."""

    def is_good(self, _: str) -> bool:
        """It is."""
        return True


class BenchIdentity:
    """An identity that asks nobody."""

    def __init__(self) -> None:
        self.kms = MemoryKms()
        self.tokens = Tokens(TokenSigningKeys(self.kms, ["alias/bench"]), stage="local", clock=now)  # type: ignore[arg-type] # the part of KMS that is used

    @property
    def token(self) -> str:
        """A token that opens everything."""
        return self.tokens.write(TokenClaims(caller=CALLER, family="bench", token_id="bench"), Use.ACCESS)  # noqa: S106 # an id, no token

    @cached_property
    def verifier(self) -> Verifier:
        """Tells who calls."""
        good = GoodKeys()
        return Verifier(self.tokens, good, good, now)  # type: ignore[arg-type] # the part of keys and families that is used
