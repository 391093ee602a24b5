"""Functions log the key id and the subject of each caller, under the request id of the access log, and no secret."""

import io
from typing import Any

import orjson
import pytest

from functions.declaration import Route
from functions.live.handler import handler as live
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context
from tests.events.websocket import connect_event
from tests.fakes.identities import Visitor
from tests.functions.every_route import GUARDED, OPEN, OWNERS, ask

SOURCES = Route("/api/v1/ingest/sources", "GET")
ONE_OF_EACH_FUNCTION = {OWNERS[route].name: (route, scope) for route, scope in GUARDED}


def _completed(log: io.StringIO, message: str = "request completed") -> Any:
    """The record of the only request that was answered."""
    records = [orjson.loads(line) for line in log.getvalue().splitlines()]
    (found,) = [each for each in records if each.get("message") == message]
    return found


@pytest.mark.parametrize(("route", "scope"), ONE_OF_EACH_FUNCTION.values(), ids=ONE_OF_EACH_FUNCTION)
def test_every_function_logs_the_key_and_the_subject_of_its_caller(
    everywhere: Wiring, log: io.StringIO, route: Route, scope: Scope
) -> None:
    visitor = Visitor(everywhere.identity, scope, owner="web shop")
    token = visitor.token

    answer = ask(route, token=token)

    record = _completed(log)
    assert (record["key_id"], record["subject"]) == (visitor.key.id, "web shop")
    assert record["status"] == answer["statusCode"]
    assert visitor.key.client_secret not in log.getvalue()
    assert token not in log.getvalue()


def test_the_record_has_the_id_of_the_access_log_also_when_the_client_chose_its_own(
    everywhere: Wiring, log: io.StringIO
) -> None:
    token = Visitor(everywhere.identity, Scope.INGEST_READ).token

    ask(SOURCES, token=token, headers={"X-Request-Id": "my-own"})

    record = _completed(log)
    assert record["request_id"] == "my-own"
    assert record["gateway_request_id"].startswith("req-")  # `$context.requestId`


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("route", [SOURCES, OPEN[0]], ids=["refused", "open"])
def test_a_request_without_a_token_has_no_caller(log: io.StringIO, route: Route) -> None:
    ask(route)

    assert not {"key_id", "subject"} & _completed(log).keys()


def test_a_handshake_logs_the_key_and_the_subject_of_its_caller(deployed: Wiring, log: io.StringIO) -> None:
    visitor = Visitor(deployed.identity, Scope.FRAUD_READ, owner="console")
    token = visitor.token
    event = connect_event("abc=", headers={"Authorization": f"Bearer {token}"})

    live(event, context())

    record = _completed(log, "client admitted")
    assert (record["key_id"], record["subject"], record["channel"]) == (visitor.key.id, "console", "analytics")
    assert record["gateway_request_id"] == event["requestContext"]["requestId"]
    assert token not in log.getvalue()
