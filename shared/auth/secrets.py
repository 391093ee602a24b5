"""The secrets of API keys: random, shown once, stored as salted scrypt hashes, compared in constant time."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_SALT_BYTES = 16
_DIGEST_BYTES = 32
_LONGEST = 256


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The scrypt parameters (RFC 7914: work, block size, parallelism); stored with each hash, so that they can change.

    Secrets are 256 random bits, so a higher cost adds no safety: 2^12 takes 10 ms, and requests with wrong secrets are
    not a cheap way to occupy functions.
    """

    n: int = 2**12
    r: int = 8
    p: int = 1


@dataclass(frozen=True, kw_only=True)
class SecretHash:
    """The hashes of a key's secrets; the previous one is valid while it is listed."""

    salt: bytes
    digests: Sequence[bytes]
    cost: Cost


Derivation = Callable[[str, bytes, Cost], bytes]
"""Derives a digest from a secret, a salt and a cost."""


def new_secret() -> str:
    """Make a secret of 256 random bits; its prefix lets scanners find one that leaked."""
    return f"tally_{secrets.token_urlsafe(32)}"


def new_hash(secret: str) -> SecretHash:
    """Hash a secret with a new salt."""
    salt, cost = secrets.token_bytes(_SALT_BYTES), Cost()
    return SecretHash(salt=salt, digests=(derive(secret, salt, cost),), cost=cost)


def derive(secret: str, salt: bytes, cost: Cost) -> bytes:
    """Compute a secret's scrypt digest."""
    password = secret.encode(errors="replace")
    return hashlib.scrypt(password, salt=salt, n=cost.n, r=cost.r, p=cost.p, dklen=_DIGEST_BYTES)


_NOBODYS = SecretHash(salt=bytes(_SALT_BYTES), digests=(bytes(_DIGEST_BYTES),), cost=Cost())


def matches(secret: str, kept: SecretHash | None, derivation: Derivation = derive) -> bool:
    """Return whether a secret matches a hash.

    Without a hash the work is the same, so that the time does not distinguish an unknown key from a wrong secret. All
    digests of a key share its salt for the same reason: one derivation, however many secrets are valid.
    """
    against = kept or _NOBODYS
    digest = derivation(secret[:_LONGEST], against.salt, against.cost)
    same = [hmac.compare_digest(digest, each) for each in against.digests]
    return any(same) and kept is not None
