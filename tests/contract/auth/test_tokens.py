"""Access tokens: who they are good for, for how long, and every way in which one is not."""

from datetime import timedelta

import boto3
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from shared.auth.identity import Identity
from shared.auth.scopes import Scope
from shared.auth.signing import NotASigningKey, TokenSigningKeys
from shared.auth.tokens import LONGEST
from shared.auth.verifier import require
from shared.runtime.errors import Forbidden, Unauthorized
from tests.fakes.clock import Clock
from tests.fakes.identities import SIGNING_KEY, access_token, credentials, identity_over, make_key
from tests.fakes.token_forger import TokenForger
from tests.moto_platform import new_signing_key

DAY = timedelta(hours=24)


def test_a_token_contains_its_key_subject_and_scopes(identity: Identity) -> None:
    key = make_key(identity, Scope.INGEST_READ, Scope.INGEST_WRITE, owner="ann")
    token = identity.grants.to_key(credentials(key)).access_token

    caller = identity.verifier.caller(token)

    assert (caller.key_id, caller.subject, caller.scopes) == (
        key.id,
        "ann",
        frozenset({Scope.INGEST_READ, Scope.INGEST_WRITE}),
    )


def test_a_token_is_valid_for_a_day(identity: Identity, clock: Clock) -> None:
    token = access_token(identity)
    clock.pass_by(DAY)
    assert identity.verifier.caller(token)

    clock.pass_by(timedelta(seconds=6))

    with pytest.raises(Unauthorized):
        identity.verifier.caller(token)


def test_a_token_is_valid_on_a_slightly_slow_clock(identity: Identity, clock: Clock) -> None:
    token = access_token(identity)
    clock.pass_by(timedelta(seconds=-3))

    assert identity.verifier.caller(token)


def test_a_token_is_verified_by_any_library_from_the_published_keys(identity: Identity, clock: Clock) -> None:
    published = KeySet.import_key_set({"keys": [dict(each) for each in identity.signing_keys.public_key_set().keys]})

    token = jwt.decode(access_token(identity, Scope.ADMIN), published, algorithms=["ES256"])

    assert token.header.keys() == {"alg", "kid", "typ"}
    assert {name: token.claims[name] for name in ("iss", "aud", "scope")} == {
        "iss": "tally-local",
        "aud": "tally-local-api",
        "scope": "admin",
    }
    assert token.claims["exp"] - token.claims["iat"] == 86_400
    assert token.claims["iat"] == int(clock().timestamp())


def test_every_token_has_its_own_id(identity: Identity) -> None:
    key = make_key(identity)

    pairs = [identity.grants.to_key(credentials(key)) for _ in range(2)]

    tokens = [token for pair in pairs for token in (pair.access_token, pair.refresh_token)]
    assert len({jwt.decode(token, identity.signing_keys.signing).claims["jti"] for token in tokens}) == 4


def test_a_token_of_all_scopes_and_the_longest_owner_is_not_too_long(identity: Identity) -> None:
    key = make_key(identity, *Scope, owner="ë" * 100)

    token = identity.grants.to_key(credentials(key)).access_token

    assert len(token) < LONGEST
    assert identity.verifier.caller(token).subject == "ë" * 100


def test_unaltered_tokens_of_the_forger_are_valid(
    forger: TokenForger,
) -> None:
    assert forger.identity.verifier.caller(forger.good())
    assert forger.identity.verifier.caller(forger.signed())
    assert forger.identity.verifier.caller(forger.with_signature(lambda raw: raw))


def test_a_missing_token_is_refused_like_a_bad_one(identity: Identity) -> None:
    with pytest.raises(Unauthorized) as refused:
        identity.verifier.caller(None)

    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}


def test_a_token_of_another_stage_is_refused(identity: Identity, clock: Clock) -> None:
    other = identity_over([SIGNING_KEY], clock, stage="dev")

    with pytest.raises(Unauthorized):
        other.verifier.caller(access_token(identity))


def test_a_key_and_a_family_are_read_once_in_30_seconds(identity: Identity, clock: Clock) -> None:
    token = access_token(identity)
    assert identity.verifier.caller(token)
    for table in ("tally-keys-table", "tally-families-table"):
        boto3.client("dynamodb").delete_table(TableName=table)

    clock.pass_by(timedelta(seconds=30))

    assert identity.verifier.caller(token)


def test_a_token_signed_before_a_key_rotation_stays_valid(identity: Identity, clock: Clock) -> None:
    before = access_token(identity)
    rotated = identity_over([new_signing_key("alias/tally-tokens-next"), SIGNING_KEY], clock)
    after = access_token(rotated)

    assert rotated.verifier.caller(before)
    assert rotated.verifier.caller(after)
    assert len(rotated.signing_keys.public_key_set().keys) == 2
    with pytest.raises(Unauthorized):
        identity.verifier.caller(after)


def test_a_key_in_kms_that_cannot_sign_es256_is_no_signing_key(identity: Identity) -> None:
    assert identity
    keys = TokenSigningKeys(boto3.client("kms"), [new_signing_key("alias/tally-tokens-rsa", "RSA_2048")])

    with pytest.raises(NotASigningKey):
        keys.public_key_set()


def test_a_missing_scope_is_named(identity: Identity) -> None:
    caller = identity.verifier.caller(access_token(identity, Scope.ADMIN))

    require(Scope.ADMIN, caller)
    with pytest.raises(Forbidden) as refused:
        require(Scope.INGEST_WRITE, caller)

    assert refused.value.message == "The scope ingest:write is required"
    assert refused.value.details == {"required_scope": "ingest:write"}
