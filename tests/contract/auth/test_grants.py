"""Getting tokens: by API key, and by refresh token, which is good once."""

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from shared.auth.identity import Identity
from shared.auth.models import Credentials, TokenPair
from shared.auth.scopes import Scope
from shared.auth.secrets import Cost, derive
from shared.runtime.errors import InvalidRequest, Unauthorized
from tests.fakes.clock import Clock
from tests.fakes.identities import SIGNING_KEY, credentials, make_key


@pytest.fixture
def pair(identity: Identity) -> TokenPair:
    """The tokens issued for an API key."""
    return identity.grants.to_key(credentials(make_key(identity, Scope.INGEST_READ)))


def _renew(identity: Identity, token: str) -> TokenPair | None:
    try:
        return identity.grants.to_refresh_token(token)
    except Unauthorized:
        return None


def test_a_key_gets_a_pair_valid_for_a_day(pair: TokenPair) -> None:
    assert (pair.token_type, pair.expires_in, pair.scope) == ("Bearer", 86_400, "ingest:read")


def test_a_key_may_request_fewer_scopes(identity: Identity) -> None:
    key = make_key(identity, Scope.INGEST_READ, Scope.INGEST_WRITE)

    pair = identity.grants.to_key(credentials(key), "ingest:read")

    assert identity.verifier.caller(pair.access_token).scopes == {Scope.INGEST_READ}
    assert identity.grants.to_refresh_token(pair.refresh_token).scope == "ingest:read"


@pytest.mark.parametrize("wanted", ["admin", "ingest:read admin", "everything", "ingest:read,ingest:write"])
def test_a_key_requesting_more_scopes_is_refused(identity: Identity, wanted: str) -> None:
    key = make_key(identity, Scope.INGEST_READ, Scope.INGEST_WRITE)

    with pytest.raises(InvalidRequest) as refused:
        identity.grants.to_key(credentials(key), wanted)

    assert [each.field for each in refused.value.field_errors] == ["scope"]


def test_unknown_keys_wrong_secrets_and_revoked_keys_get_the_same_error(identity: Identity) -> None:
    good, revoked = make_key(identity), make_key(identity)
    identity.keys.revoke(revoked.id)
    wrong = [
        Credentials(client_id=good.id, client_secret=revoked.client_secret),
        Credentials(client_id=good.id, client_secret=""),
        Credentials(client_id="key-0000000000000000", client_secret=good.client_secret),
        Credentials(client_id="", client_secret=good.client_secret),
        Credentials(client_id="x" * 100_000, client_secret=good.client_secret),
        credentials(revoked),
    ]

    told = set()
    for each in wrong:
        with pytest.raises(Unauthorized) as refused:
            identity.grants.to_key(each)
        told.add((refused.value.message, refused.value.details, str(refused.value.headers)))

    assert len(told) == 1


def test_every_failed_attempt_costs_one_derivation(identity: Identity) -> None:
    good, revoked = make_key(identity), make_key(identity)
    identity.keys.revoke(revoked.id)
    costs: list[Cost] = []

    def counting(secret: str, salt: bytes, cost: Cost) -> bytes:
        costs.append(cost)
        return derive(secret, salt, cost)

    grants = replace(identity.grants, derivation=counting)
    for key_id in (good.id, revoked.id, "key-0000000000000000", "no key's id at all"):
        with pytest.raises(Unauthorized):
            grants.to_key(Credentials(client_id=key_id, client_secret="wrong"))

    assert costs == [Cost()] * 4


def test_a_refresh_token_gets_a_pair_for_the_same_caller(identity: Identity, pair: TokenPair) -> None:
    renewed = identity.grants.to_refresh_token(pair.refresh_token)

    assert renewed.refresh_token != pair.refresh_token
    assert renewed.scope == pair.scope
    assert identity.verifier.caller(renewed.access_token) == identity.verifier.caller(pair.access_token)
    assert identity.grants.to_refresh_token(renewed.refresh_token)


def test_a_refresh_token_is_valid_for_thirty_days_from_its_issue(
    identity: Identity, pair: TokenPair, clock: Clock
) -> None:
    clock.pass_by(timedelta(days=29))
    renewed = identity.grants.to_refresh_token(pair.refresh_token)
    clock.pass_by(timedelta(days=29))
    again = identity.grants.to_refresh_token(renewed.refresh_token)
    clock.pass_by(timedelta(days=30, seconds=6))

    assert _renew(identity, again.refresh_token) is None


def test_an_expired_family_is_not_restored_by_its_tokens(identity: Identity, pair: TokenPair) -> None:
    dynamodb = boto3.client("dynamodb")
    (item,) = dynamodb.scan(TableName="tally-families-table")["Items"]
    dynamodb.delete_item(TableName="tally-families-table", Key={"family_id": item["family_id"]})

    assert _renew(identity, pair.refresh_token) is None
    assert dynamodb.scan(TableName="tally-families-table")["Items"] == []


def test_a_family_expires_with_its_last_token(identity: Identity, pair: TokenPair, clock: Clock) -> None:
    clock.pass_by(timedelta(days=3))
    identity.grants.to_refresh_token(pair.refresh_token)

    (item,) = boto3.client("dynamodb").scan(TableName="tally-families-table")["Items"]

    assert int(item["expires_at"]["N"]) == int((clock() + timedelta(days=30)).timestamp())


def test_an_access_token_is_no_refresh_token(identity: Identity, pair: TokenPair) -> None:
    assert _renew(identity, pair.access_token) is None
    assert _renew(identity, pair.refresh_token)


def test_no_refresh_token_is_used_up_while_kms_is_down(identity: Identity, pair: TokenPair) -> None:
    kms = boto3.client("kms")
    key_id = kms.describe_key(KeyId=SIGNING_KEY)["KeyMetadata"]["KeyId"]
    kms.delete_alias(AliasName=SIGNING_KEY)
    with pytest.raises(kms.exceptions.NotFoundException):
        identity.grants.to_refresh_token(pair.refresh_token)

    kms.create_alias(AliasName=SIGNING_KEY, TargetKeyId=key_id)

    assert _renew(identity, pair.refresh_token)
