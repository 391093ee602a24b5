"""Who may open a WebSocket connection: one token, one place for it, and no page but the platform's own."""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from functions.live.handler import handler
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.live.connections import CONNECTIONS_TABLE
from shared.runtime.models import now
from tests.attacks.edge.conftest import WatchedDoor
from tests.attacks.edge.origins import CONFIGURED, FOREIGN
from tests.attacks.edge.raw_http import Answer, ask
from tests.events.api_gateway import context
from tests.events.websocket import connect_event
from tests.fakes.bad_tokens import BAD_TOKENS
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.token_forger import TokenForger

PLACES = ("header", "query", "subprotocol")
UPGRADE = {
    "Host": "d",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
def live(deployed: Wiring, own_pages: None) -> Wiring:
    """The function behind the handshakes, which knows the platform's pages."""
    assert own_pages is None
    return deployed


def handshake(token: str = "", *places: str, origins: tuple[str, ...] = ()) -> dict[str, Any]:
    """A handshake with a token in these places and these `Origin` values."""
    headers: dict[str, str] = {}
    if "header" in places:
        headers["Authorization"] = f"Bearer {token}"
    if "subprotocol" in places:
        headers["Sec-WebSocket-Protocol"] = f"bearer, {token}"
    event = connect_event("abc=", headers=headers)
    if "query" in places:
        event["queryStringParameters"]["token"] = token
        event["multiValueQueryStringParameters"]["token"] = [token]
    if origins:
        event["headers"]["Origin"] = origins[-1]
        event["multiValueHeaders"]["Origin"] = list(origins)
    return event


def status(live: Wiring, event: dict[str, Any]) -> int:
    """The status of the answer; who is refused is not kept."""
    answer = int(handler(event, context())["statusCode"])
    kept = boto3.client("dynamodb").scan(TableName=live.settings.name_of(CONNECTIONS_TABLE))["Items"]
    assert bool(kept) == (answer == 200)
    return answer


def token_of(live: Wiring, *scopes: Scope) -> str:
    """A token that may do this."""
    return Visitor(live.identity, *scopes).token


@pytest.mark.parametrize("place", PLACES)
def test_a_token_opens_a_connection_from_each_place(live: Wiring, place: str) -> None:
    assert status(live, handshake(token_of(live, Scope.FRAUD_READ), place)) == 200


@pytest.mark.parametrize("place", PLACES)
def test_a_token_of_another_scope_is_refused(live: Wiring, place: str) -> None:
    assert status(live, handshake(token_of(live, Scope.INGEST_WRITE), place)) == 403


@pytest.mark.parametrize("places", [PLACES, PLACES[:2], PLACES[1:], PLACES[::2]])
def test_tokens_in_two_places_are_refused_even_if_equal(live: Wiring, places: tuple[str, ...]) -> None:
    assert status(live, handshake(token_of(live, Scope.FRAUD_READ), *places)) == 401


def test_a_bad_token_is_refused_in_every_place(live: Wiring) -> None:
    forger = TokenForger(live.identity, Clock(now()))

    for name, forge in BAD_TOKENS.items():
        token = forge(forger)
        assert {status(live, handshake(token, place)) for place in PLACES} == {401}, name


def test_a_foreign_origin_is_refused_with_any_token(live: Wiring) -> None:
    token = token_of(live, *Scope)

    for origin in FOREIGN:
        for place in PLACES:
            assert status(live, handshake(token, place, origins=(origin,))) == 403, origin


@pytest.mark.parametrize("origin", CONFIGURED)
def test_a_configured_origin_is_accepted(live: Wiring, origin: str) -> None:
    assert status(live, handshake(token_of(live, Scope.FRAUD_READ), "subprotocol", origins=(origin,))) == 200


def test_a_handshake_of_several_origins_is_refused(live: Wiring) -> None:
    token = token_of(live, Scope.FRAUD_READ)

    for several in (CONFIGURED, (CONFIGURED[0], "http://evil.example"), ("http://evil.example", CONFIGURED[0])):
        assert status(live, handshake(token, "header", origins=several)) == 403


def test_without_configured_origins_only_programs_are_accepted(deployed: Wiring) -> None:
    token = token_of(deployed, Scope.FRAUD_READ)

    assert status(deployed, handshake(token, "header", origins=("http://localhost:3008",))) == 403
    assert status(deployed, handshake(token, "header")) == 200


def shake(
    watched: WatchedDoor, *lines: str, target: str = "/ws/analytics", head: Mapping[str, str] = UPGRADE
) -> Answer:
    """The front door's answer to a handshake of this head and these lines more."""
    told = [f"{name}: {value}" for name, value in head.items()]
    return ask(watched.port, "\r\n".join([f"GET {target} HTTP/1.1", *told, *lines, "", ""]).encode())


def without(name: str) -> Mapping[str, str]:
    """The head of a handshake without one of its headers."""
    return {key: value for key, value in UPGRADE.items() if key != name}


@pytest.mark.parametrize("origin", [*CONFIGURED, *FOREIGN[:3]])
def test_the_front_door_forwards_the_origin(watched: WatchedDoor, origin: str) -> None:
    shake(watched, f"Origin: {origin}")

    (arrival,) = watched.arrivals
    assert arrival.values("Origin") == [origin]


KEY, VERSION = "Sec-WebSocket-Key", "Sec-WebSocket-Version"
MALFORMED: Mapping[str, tuple[Mapping[str, str], int]] = {
    "no upgrade": (without("Upgrade"), 426),
    "another upgrade": (UPGRADE | {"Upgrade": "h2c"}, 426),
    "no connection upgrade": (UPGRADE | {"Connection": "keep-alive"}, 400),
    "no version": (without(VERSION), 400),
    "an old version": (UPGRADE | {VERSION: "8"}, 400),
    "a version to come": (UPGRADE | {VERSION: "14"}, 400),
    "two versions": (UPGRADE | {VERSION: "13, 8"}, 400),
    "no key": (without(KEY), 400),
    "a short key": (UPGRADE | {KEY: "AAAA"}, 400),
    "a long key": (UPGRADE | {KEY: "A" * 60_000}, 400),
    "a key that is not base64": (UPGRADE | {KEY: "é" * 24}, 400),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_handshake_never_reaches_the_function(watched: WatchedDoor, name: str) -> None:
    head, refused = MALFORMED[name]

    answer = shake(watched, head=head)

    assert (answer.status, watched.arrivals) == (refused, [])
    assert answer.values("content-type") == ["application/json"]


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("Authorization: Bearer a\r\nAuthorization: Bearer b", 401),
        ("Origin: http://localhost:3008\r\nOrigin: http://evil.example", 400),
        ("Sec-WebSocket-Protocol: bearer, a\r\nSec-WebSocket-Protocol: bearer, b", 400),
        ("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", 400),
        ("Upgrade: websocket", 400),
    ],
)
def test_the_front_door_refuses_duplicate_values(watched: WatchedDoor, line: str, refused: int) -> None:
    assert shake(watched, line).status == refused
    assert watched.arrivals == []


@pytest.mark.parametrize(
    "target", ["/ws/%ff", "/ws/%ed%a0%80", "/ws/..%2fanalytics", "/ws//analytics", "/ws/analytics/x"]
)
def test_an_unknown_channel_is_not_found(watched: WatchedDoor, target: str) -> None:
    assert shake(watched, target=target).status == 404
    assert watched.arrivals == []


def test_a_client_cannot_name_another_channel_in_its_query(watched: WatchedDoor) -> None:
    shake(watched, target="/ws/analytics?channel=dashboards/d-1&%63hannel=dashboards/d-2&token=t")

    (arrival,) = watched.arrivals
    assert arrival.path.endswith("?channel=analytics&token=t")
