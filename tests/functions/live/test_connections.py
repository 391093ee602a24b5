"""Connections of the WebSocket API are kept from $connect to $disconnect, with their channel."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.live.handler import handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.live.connections import CONNECTIONS_TABLE
from shared.runtime.errors import RateLimitExceeded
from tests.events.api_gateway import context
from tests.events.websocket import connect_event, disconnect_event, message_event
from tests.fakes.identities import Visitor
from tests.fakes.live_clients import LiveClients
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal
from tests.fakes.websocket_gateway import FakeGateway


def _connections(wired: Wiring) -> dict[str, dict[str, Any]]:
    table = wired.settings.name_of(CONNECTIONS_TABLE)
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return {item["connection_id"]["S"]: item for item in items}


def connect(wired: Wiring, connection_id: str, channel: str = "analytics") -> dict[str, Any]:
    """A caller with the scope of the channel connects."""
    visitor = Visitor(wired.identity, Scope.FRAUD_READ, Scope.DASHBOARDS_READ)
    return connect_event(connection_id, channel, {"Authorization": f"Bearer {visitor.token}"})


@pytest.mark.parametrize("channel", ["dashboards/executive", "analytics"])
def test_a_connection_is_stored_with_its_channel(deployed: Wiring, channel: str) -> None:
    answer = handler(connect(deployed, "abc=", channel), context())

    assert answer == {"statusCode": 200}
    assert _connections(deployed)["abc="]["channel"] == {"S": channel}


def test_a_connection_expires_after_two_hours(deployed: Wiring) -> None:
    before = deployed.clock().timestamp()

    handler(connect(deployed, "abc="), context())

    expires = int(_connections(deployed)["abc="]["expires_at"]["N"])
    assert before + 7199 <= expires <= deployed.clock().timestamp() + 7201


def test_disconnecting_removes_only_that_connection(deployed: Wiring) -> None:
    handler(connect(deployed, "abc="), context())
    handler(connect(deployed, "def="), context())

    handler(disconnect_event("abc="), context())
    handler(disconnect_event("abc="), context())

    assert _connections(deployed).keys() == {"def="}


def test_the_answer_to_a_message_is_posted_to_its_connection(gateway: FakeGateway, deployed: Wiring) -> None:
    handler(connect(deployed, "abc="), context())
    gateway.open("abc=")

    answer = handler(message_event("abc=", '{"action":"ping"}'), context())

    assert answer == {"statusCode": 200}
    (pong,) = gateway.read("abc=")
    assert pong["event"] == "pong"


def test_a_message_of_a_client_that_has_gone_is_no_error(gateway: FakeGateway, deployed: Wiring) -> None:
    handler(connect(deployed, "abc="), context())

    assert handler(message_event("abc=", "{"), context()) == {"statusCode": 200}
    assert handler(message_event("unknown=", "{"), context()) == {"statusCode": 200}
    assert gateway.messages == {}


@pytest.mark.parametrize("channel", ["", "analytics/", "metrics"])
def test_there_is_no_other_channel(deployed: Wiring, channel: str) -> None:
    assert handler(connect(deployed, "abc=", channel), context())["statusCode"] == 404
    assert _connections(deployed) == {}


def test_a_user_has_a_limited_number_of_connections(live: LiveClients) -> None:
    ann, bob = live.visitor(owner="ann"), live.visitor(owner="bob")
    opened = [live.connect(visitor=ann) for _ in range(20)]

    with pytest.raises(RateLimitExceeded, match="20 connections") as refused:
        live.connect(visitor=ann)
    live.connect(visitor=bob)
    live.wired.connections.remove(opened[0])

    assert refused.value.retry_after == 60
    assert live.connect(visitor=ann)


def test_a_browser_sends_its_token_as_a_subprotocol_and_bearer_is_confirmed(deployed: Wiring) -> None:
    token = Visitor(deployed.identity, Scope.FRAUD_READ).token

    answer = handler(connect_event("abc=", headers={"Sec-WebSocket-Protocol": f"bearer, {token}"}), context())

    assert answer == {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "bearer"}}
    assert _connections(deployed).keys() == {"abc="}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Sec-WebSocket-Protocol": "bearer, x"}])
def test_an_invalid_token_is_refused(deployed: Wiring, headers: dict[str, str]) -> None:
    answer = handler(connect_event("abc=", headers=headers), context())

    assert answer == {"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer"}}
    assert _connections(deployed) == {}


@pytest.mark.parametrize("service", ["kms", "dynamodb"])
def test_a_handshake_during_an_outage_may_be_retried(deployed: Wiring, platforms: MotoPlatforms, service: str) -> None:
    arrival = connect(deployed, "abc=")
    wiring.cache_clear()

    with platforms.outages.of(service):
        answer = handler(arrival, context())
    later = handler(arrival, context())

    assert answer == {"statusCode": 503, "headers": {"Retry-After": "2"}}
    assert later == {"statusCode": 200}


def test_an_internal_error_in_a_handshake_is_reported_as_one(deployed: Wiring, platforms: MotoPlatforms) -> None:
    arrival = connect(deployed, "abc=")

    with platforms.outages.of("dynamodb", refusal("AccessDeniedException")), pytest.raises(ClientError):
        handler(arrival, context())


@pytest.mark.parametrize(
    ("channel", "scope"),
    [("analytics", Scope.DASHBOARDS_READ), ("analytics", Scope.ANALYTICS_READ), ("dashboards/d-1", Scope.FRAUD_READ)],
)
def test_a_token_without_the_channels_scope_is_refused(deployed: Wiring, channel: str, scope: Scope) -> None:
    token = Visitor(deployed.identity, scope).token

    answer = handler(connect_event("abc=", channel, {"Authorization": f"Bearer {token}"}), context())

    assert answer["statusCode"] == 403
    assert _connections(deployed) == {}
