"""Secrets of API keys: salted, compared at the same cost whether a key is known or not."""

import pytest

from shared.auth.secrets import Cost, SecretHash, derive, matches, new_hash, new_secret


class CountingDerivation:
    """Derives, and remembers at which cost."""

    def __init__(self) -> None:
        self.costs: list[Cost] = []

    def __call__(self, secret: str, salt: bytes, cost: Cost) -> bytes:
        self.costs.append(cost)
        return derive(secret, salt, cost)


def test_the_secret_that_was_hashed_matches_and_no_other_does() -> None:
    secret = new_secret()
    kept = new_hash(secret)

    assert matches(secret, kept)
    assert not matches(new_secret(), kept)
    assert not matches("", kept)
    assert not matches(secret + "x", kept)


def test_the_digest_is_that_of_rfc_7914() -> None:
    digest = derive("password", b"NaCl", Cost(n=1024, r=8, p=16))

    assert digest.hex() == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"


def test_the_digest_reveals_neither_the_secret_nor_equal_secrets() -> None:
    secret = new_secret()

    one, other = new_hash(secret), new_hash(secret)

    assert one.salt != other.salt
    assert one.digests != other.digests
    assert secret.encode() not in b"".join((one.salt, *one.digests))


def test_an_unknown_key_costs_what_a_wrong_secret_costs() -> None:
    known, unknown = CountingDerivation(), CountingDerivation()

    assert not matches("wrong", new_hash(new_secret()), known)
    assert not matches("wrong", None, unknown)

    assert known.costs == unknown.costs == [Cost()]


def test_a_key_with_two_secrets_costs_what_a_key_with_one_costs() -> None:
    old, new = new_secret(), new_secret()
    first = new_hash(old)
    both = SecretHash(salt=first.salt, digests=(derive(new, first.salt, first.cost), *first.digests), cost=first.cost)
    counting = CountingDerivation()

    assert matches(old, both, counting)
    assert matches(new, both, counting)
    assert not matches("wrong", both, counting)

    assert len(counting.costs) == 3


def test_no_secret_matches_an_unknown_key() -> None:
    found = [matches(secret, None) for secret in ("", "\0", "\0" * 32)]

    assert not any(found)


@pytest.mark.parametrize("secret", ["\ud800", "\0" * 300, "x" * 100_000, "é" * 200])
def test_a_hostile_secret_is_a_wrong_secret(secret: str) -> None:
    assert not matches(secret, new_hash(new_secret()))
