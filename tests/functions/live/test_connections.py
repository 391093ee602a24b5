"""Connections of the WebSocket API are kept from $connect to $disconnect, with their channel."""

from typing import Any

import boto3
import pytest

from functions.live.handler import handler
from shared.runtime.settings import Resource
from shared.runtime.wiring import Wiring
from tests.events.api_gateway import context
from tests.events.websocket import connect_event, disconnect_event, message_event


def _connections(wired: Wiring) -> dict[str, dict[str, Any]]:
    table = wired.settings.name_of(Resource.CONNECTIONS)
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return {item["connection_id"]["S"]: item for item in items}


@pytest.mark.parametrize(("channel", "kept"), [("dashboards/d-1", "dashboards/d-1"), ("analytics", "analytics")])
def test_who_connects_is_kept_with_the_channel(deployed: Wiring, channel: str, kept: str) -> None:
    answer = handler(connect_event("abc=", channel), context())

    assert answer == {"statusCode": 200}
    assert _connections(deployed)["abc="]["channel"] == {"S": kept}


def test_a_connection_is_forgotten_by_itself_two_hours_later(deployed: Wiring) -> None:
    before = deployed.clock().timestamp()

    handler(connect_event("abc="), context())

    expires = int(_connections(deployed)["abc="]["expires_at"]["N"])
    assert before + 7199 <= expires <= deployed.clock().timestamp() + 7201


def test_who_leaves_is_forgotten_and_others_stay(deployed: Wiring) -> None:
    handler(connect_event("abc="), context())
    handler(connect_event("def="), context())

    handler(disconnect_event("abc="), context())
    handler(disconnect_event("abc="), context())

    assert _connections(deployed).keys() == {"def="}


def test_what_a_client_says_is_heard_and_changes_nothing(deployed: Wiring) -> None:
    handler(connect_event("abc="), context())

    answer = handler(message_event("abc=", "ping"), context())

    assert answer == {"statusCode": 200}
    assert _connections(deployed).keys() == {"abc="}
