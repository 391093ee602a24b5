"""The secrets of API keys: made at random, shown once, kept as salted scrypt hashes, compared in constant time."""

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
    """What one scrypt hash takes (RFC 7914: work, block size, parallelism); kept with each hash, so that it may grow.

    Secrets are 256 random bits, which no cost makes safer: 2^12 is a hash in 10 ms, so that asking for tokens with
    wrong secrets is no cheap way to keep functions busy.
    """

    n: int = 2**12
    r: int = 8
    p: int = 1


@dataclass(frozen=True, kw_only=True)
class SecretHash:
    """What is kept of a key's secrets; the one before the present counts only while it is listed."""

    salt: bytes
    digests: Sequence[bytes]
    cost: Cost


Derivation = Callable[[str, bytes, Cost], bytes]
"""What turns a secret, a salt and a cost into a digest."""


def new_secret() -> str:
    """Make a secret of 256 random bits; its prefix lets scanners find one that leaked."""
    return f"tally_{secrets.token_urlsafe(32)}"


def new_hash(secret: str) -> SecretHash:
    """Hash a secret with a salt of its own."""
    salt, cost = secrets.token_bytes(_SALT_BYTES), Cost()
    return SecretHash(salt=salt, digests=(derive(secret, salt, cost),), cost=cost)


def derive(secret: str, salt: bytes, cost: Cost) -> bytes:
    """Compute a secret's scrypt digest."""
    password = secret.encode(errors="replace")
    return hashlib.scrypt(password, salt=salt, n=cost.n, r=cost.r, p=cost.p, dklen=_DIGEST_BYTES)


_NOBODYS = SecretHash(salt=bytes(_SALT_BYTES), digests=(bytes(_DIGEST_BYTES),), cost=Cost())


def matches(secret: str, kept: SecretHash | None, derivation: Derivation = derive) -> bool:
    """Tell whether a secret is the one that was hashed.

    Without a hash the work is the same, so that time does not tell an unknown key from a wrong secret. All of a key's
    digests share its salt for the same reason: one derivation, however many secrets count.
    """
    against = kept or _NOBODYS
    digest = derivation(secret[:_LONGEST], against.salt, against.cost)
    same = [hmac.compare_digest(digest, each) for each in against.digests]
    return any(same) and kept is not None
