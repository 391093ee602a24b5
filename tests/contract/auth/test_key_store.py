"""API keys in DynamoDB."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest

from shared.auth.identity import Identity
from shared.auth.models import NewApiKey
from shared.auth.scopes import Scope
from shared.auth.secrets import matches
from shared.runtime.errors import Conflict, NotFound
from shared.runtime.paging import Window
from tests.fakes.clock import Clock
from tests.fakes.identities import SIGNING_KEY, identity_over, make_key
from tests.fakes.serialized_calls import atomic_dynamodb

DAY = timedelta(days=1)


def _opens(identity: Identity, key_id: str, secret: str) -> bool:
    found = identity.keys.find(key_id)
    return found is not None and matches(secret, found[1])


def test_a_new_key_is_read_back_with_all_its_fields(identity: Identity, clock: Clock) -> None:
    made = identity.keys.create(
        NewApiKey(name=" web shop ", scopes=[Scope.INGEST_WRITE, Scope.INGEST_READ, Scope.INGEST_WRITE], owner="ann")
    )

    found = identity.keys.find(made.id)

    assert found
    assert found[0].model_dump(exclude_none=True) == {
        "id": made.id,
        "name": "web shop",
        "owner": "ann",
        "scopes": [Scope.INGEST_READ, Scope.INGEST_WRITE],
        "created_at": clock(),
    }


def test_a_key_without_an_owner_is_its_own_subject(identity: Identity) -> None:
    made = make_key(identity)

    assert made.owner == made.id


def test_the_secret_matches_its_key_and_is_not_in_the_table(identity: Identity) -> None:
    one, other = make_key(identity), make_key(identity)

    assert _opens(identity, one.id, one.client_secret)
    assert not _opens(identity, one.id, other.client_secret)
    assert one.client_secret not in str(boto3.client("dynamodb").scan(TableName="tally-keys-table"))


def test_an_unknown_key_is_not_found(identity: Identity) -> None:
    assert identity.keys.find("key-0000000000000000") is None
    assert not identity.keys.is_good("key-0000000000000000")


def test_a_revoked_key_is_invalid_and_keeps_its_revocation_time(identity: Identity, clock: Clock) -> None:
    key = make_key(identity)
    revoked = identity.keys.revoke(key.id)
    clock.pass_by(DAY)

    again = identity.keys.revoke(key.id)

    assert revoked.revoked_at == again.revoked_at == clock() - DAY
    assert not identity.keys.is_good(key.id)
    assert not identity.keys.use(key.id)
    found = identity.keys.find(key.id)
    assert found
    assert found[0].last_used_at is None


def test_the_last_use_is_stored(identity: Identity, clock: Clock) -> None:
    key = make_key(identity)
    clock.pass_by(DAY)

    assert identity.keys.use(key.id)

    found = identity.keys.find(key.id)
    assert found
    assert found[0].last_used_at == clock()


def test_using_an_unknown_key_creates_none(identity: Identity) -> None:
    assert not identity.keys.use("key-0000000000000000")
    assert identity.keys.page(Window.of_page(0, 10)).totalElements == 0


def test_a_rotated_key_accepts_both_secrets_during_the_grace_period(identity: Identity, clock: Clock) -> None:
    old = make_key(identity)
    new = identity.keys.rotate(old.id, grace=DAY)

    assert new.id == old.id
    assert _opens(identity, old.id, old.client_secret)
    assert _opens(identity, old.id, new.client_secret)

    clock.pass_by(DAY)

    assert not _opens(identity, old.id, old.client_secret)
    assert _opens(identity, old.id, new.client_secret)


def test_a_key_rotated_without_grace_accepts_only_the_new_secret(identity: Identity) -> None:
    old = make_key(identity)
    new = identity.keys.rotate(old.id, grace=timedelta(0))

    assert not _opens(identity, old.id, old.client_secret)
    assert _opens(identity, old.id, new.client_secret)


def test_a_key_rotated_twice_rejects_its_first_secret(identity: Identity) -> None:
    first = make_key(identity)
    second = identity.keys.rotate(first.id, grace=DAY)
    third = identity.keys.rotate(first.id, grace=DAY)

    opening = [_opens(identity, first.id, each.client_secret) for each in (first, second, third)]

    assert opening == [False, True, True]


def test_of_concurrent_rotations_only_the_last_returns_a_valid_secret(identity: Identity, clock: Clock) -> None:
    key = make_key(identity)
    identity = identity_over([SIGNING_KEY], clock, dynamodb=atomic_dynamodb())

    def rotate(_: int) -> str | None:
        try:
            return identity.keys.rotate(key.id, grace=timedelta(0)).client_secret
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        told = [secret for secret in pool.map(rotate, range(4)) if secret]

    assert told
    assert sum(_opens(identity, key.id, secret) for secret in told) == 1


def test_unknown_and_revoked_keys_are_not_rotated(identity: Identity) -> None:
    key = make_key(identity)
    identity.keys.revoke(key.id)

    with pytest.raises(Conflict):
        identity.keys.rotate(key.id, grace=DAY)
    with pytest.raises(NotFound):
        identity.keys.rotate("key-0000000000000000", grace=DAY)
    with pytest.raises(NotFound):
        identity.keys.revoke("key-0000000000000000")


def test_pages_list_every_key_once_while_keys_are_added(identity: Identity, clock: Clock) -> None:
    made = []
    listed = []
    for number in range(7):
        made.append(make_key(identity).id)
        clock.pass_by(timedelta(seconds=1))
        if number % 2:
            listed += [key.id for key in identity.keys.page(Window.of_page(number // 2, 2)).content]

    last = identity.keys.page(Window.of_page(3, 2))

    assert listed + [key.id for key in last.content] == made
    assert (last.totalElements, last.totalPages, last.first, last.last) == (7, 4, False, True)


def test_an_empty_list_has_one_page(identity: Identity) -> None:
    page = identity.keys.page(Window.of_page(0, 20))

    assert (page.content, page.totalElements, page.totalPages, page.first, page.last) == ([], 0, 0, True, True)
