"""A refresh token is valid once: reusing it ends its whole token family within a minute."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from functions.declaration import Route
from functions.live.handler import handler as live
from shared.app.wiring import Wiring
from shared.auth.identity import Identity
from shared.auth.models import TokenPair
from shared.auth.scopes import Scope
from shared.runtime.errors import Unauthorized
from tests.events.api_gateway import context
from tests.events.websocket import connect_event
from tests.fakes.clock import Clock
from tests.fakes.identities import SIGNING_KEY, credentials, identity_over, make_key
from tests.fakes.serialized_calls import atomic_dynamodb
from tests.functions.every_route import ask

SOURCES = Route("/api/v1/ingest/sources", "GET")
WITHIN_A_MINUTE = timedelta(seconds=31)
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture
def identity(everywhere: Wiring) -> Identity:
    return everywhere.identity


def _pair(identity: Identity, *scopes: Scope) -> TokenPair:
    return identity.grants.to_key(credentials(make_key(identity, *scopes)))


def _renew(identity: Identity, token: str) -> TokenPair | None:
    try:
        return identity.grants.to_refresh_token(token)
    except Unauthorized:
        return None


def _opens(token: str) -> bool:
    status: int = ask(SOURCES, token=token)["statusCode"]
    assert status in {200, 401}
    return status == 200


@pytest.mark.parametrize("racers", [2, 3, 8, 20])
def test_of_racing_refreshes_one_gets_a_pair_and_the_family_ends(identity: Identity, clock: Clock, racers: int) -> None:
    pair, bystander = _pair(identity), _pair(identity)
    dynamodb = atomic_dynamodb()  # one for both, as each admits only its own calls one at a time
    functions = [identity_over([SIGNING_KEY], clock, dynamodb=dynamodb) for _ in range(2)]
    start = threading.Barrier(racers, timeout=30)

    def race(number: int) -> TokenPair | None:
        start.wait()
        return _renew(functions[number % 2], pair.refresh_token)

    with ThreadPoolExecutor(racers) as pool:
        won = [each for each in pool.map(race, range(racers)) if each]

    assert len(won) == 1
    assert _renew(identity, won[0].refresh_token) is None
    assert not _opens(won[0].access_token)
    assert not _opens(pair.access_token)
    assert _opens(bystander.access_token)


def test_reusing_a_refresh_token_revokes_its_family_and_no_other(identity: Identity) -> None:
    key = make_key(identity)
    first, other = (identity.grants.to_key(credentials(key)) for _ in range(2))
    second = identity.grants.to_refresh_token(first.refresh_token)
    third = identity.grants.to_refresh_token(second.refresh_token)

    assert _renew(identity, first.refresh_token) is None

    family = (first, second, third)
    assert [_renew(identity, each.refresh_token) for each in family] == [None] * 3
    assert [_opens(each.access_token) for each in family] == [False] * 3
    assert _opens(other.access_token)
    assert _renew(identity, other.refresh_token)


def test_cached_access_tokens_of_an_ended_family_fail_within_a_minute(identity: Identity, clock: Clock) -> None:
    first = _pair(identity)
    second = identity.grants.to_refresh_token(first.refresh_token)
    assert _opens(first.access_token)
    assert _opens(second.access_token)

    assert _renew(identity, first.refresh_token) is None
    clock.pass_by(WITHIN_A_MINUTE)

    assert not _opens(first.access_token)
    assert not _opens(second.access_token)


def test_an_access_token_of_an_ended_family_opens_no_socket(deployed: Wiring) -> None:
    pair = _pair(deployed.identity, Scope.ANALYTICS_READ)
    for _ in range(2):
        _renew(deployed.identity, pair.refresh_token)

    answer = live(connect_event("abc=", headers={"Authorization": f"Bearer {pair.access_token}"}), context())

    assert answer == {"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer"}}


def test_a_used_token_is_recognised_by_its_id_for_any_signature_encoding(identity: Identity) -> None:
    """ECDSA has two valid signatures for each: (r, s) and (r, n - s)."""
    first = _pair(identity)
    second = identity.grants.to_refresh_token(first.refresh_token)

    assert _renew(identity, _with_other_valid_signature(first.refresh_token)) is None

    assert _renew(identity, second.refresh_token) is None
    assert not _opens(second.access_token)


def _with_other_valid_signature(token: str) -> str:
    content, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = raw[:32] + (ORDER_OF_P256 - int.from_bytes(raw[32:])).to_bytes(32)
    return f"{content}.{base64.urlsafe_b64encode(other).rstrip(b'=').decode()}"


def test_a_family_survives_a_bad_refresh_token_and_ends_with_its_key(identity: Identity) -> None:
    pair = _pair(identity)
    assert _renew(identity, pair.refresh_token + "A") is None
    assert _renew(identity, pair.access_token) is None
    renewed = _renew(identity, pair.refresh_token)
    assert renewed

    identity.keys.revoke(identity.verifier.caller(pair.access_token).key_id)

    assert _renew(identity, renewed.refresh_token) is None


def test_a_rotated_key_keeps_its_families_so_that_no_client_stops(identity: Identity) -> None:
    key = make_key(identity)
    pair = identity.grants.to_key(credentials(key))

    identity.keys.rotate(key.id, grace=timedelta(0))

    assert _renew(identity, pair.refresh_token)
    assert _opens(pair.access_token)
