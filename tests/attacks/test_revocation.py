"""A revoked key is refused immediately where it is not cached, and everywhere within a minute."""

from datetime import timedelta

import pytest

from functions.declaration import Route
from functions.live.handler import handler as live
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context
from tests.events.websocket import connect_event
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor, credentials, make_key
from tests.functions.every_route import GUARDED, ask

TOKEN = Route("/api/v1/auth/token", "POST")
REFRESH = Route("/api/v1/auth/refresh", "POST")
REVOKE = Route("/api/v1/auth/keys/{key_id}", "DELETE")
WITHIN_A_MINUTE = timedelta(seconds=31)


def _revoke(wired: Wiring, key_id: str) -> None:
    administrator = Visitor(wired.identity, Scope.ADMIN)
    answer = ask(REVOKE, at=REVOKE.path.replace("{key_id}", key_id), token=administrator.token)
    assert answer["statusCode"] == 204


def test_no_route_accepts_a_token_of_a_key_revoked_a_minute_ago(everywhere: Wiring, clock: Clock) -> None:
    key = make_key(everywhere.identity)
    token = everywhere.identity.grants.to_key(credentials(key)).access_token
    assert ask(Route("/api/v1/ingest/sources", "GET"), token=token)["statusCode"] == 200

    _revoke(everywhere, key.id)
    clock.pass_by(WITHIN_A_MINUTE)

    statuses = {route: ask(route, token=token)["statusCode"] for route, _ in GUARDED}
    assert set(statuses.values()) == {401}, statuses


def test_a_key_cached_before_its_revocation_stays_refused(everywhere: Wiring, clock: Clock) -> None:
    visitor, sources = Visitor(everywhere.identity, Scope.INGEST_READ), Route("/api/v1/ingest/sources", "GET")
    statuses = []

    for second in range(0, 62, 10):
        statuses.append(ask(sources, token=visitor.token)["statusCode"])
        if second == 0:
            _revoke(everywhere, visitor.key.id)
        clock.pass_by(timedelta(seconds=10))

    assert statuses[4:] == [401] * 3


def test_a_revoked_key_gets_no_tokens_immediately(everywhere: Wiring) -> None:
    key = make_key(everywhere.identity)
    shown = {"client_id": key.id, "client_secret": key.client_secret}
    pair = everywhere.identity.grants.to_key(credentials(key))

    _revoke(everywhere, key.id)

    assert ask(TOKEN, body=shown)["statusCode"] == 401
    assert ask(REFRESH, body={"refresh_token": pair.refresh_token})["statusCode"] == 401


@pytest.mark.parametrize("place", ["header", "subprotocol", "query"])
def test_no_socket_opens_to_a_token_of_a_revoked_key(deployed: Wiring, place: str) -> None:
    visitor = Visitor(deployed.identity, Scope.FRAUD_READ)
    headers = {
        "header": {"Authorization": f"Bearer {visitor.token}"},
        "subprotocol": {"Sec-WebSocket-Protocol": f"bearer, {visitor.token}"},
        "query": {},
    }[place]
    event = connect_event("abc=", headers=headers)
    if place == "query":
        event["multiValueQueryStringParameters"]["token"] = [visitor.token]
    assert live(event, context())["statusCode"] == 200

    deployed.identity.keys.revoke(visitor.key.id)
    wiring.cache_clear()  # another process, which has not looked at the key before

    assert live(event, context())["statusCode"] == 401
