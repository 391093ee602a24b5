"""Clients that others have written receive events and widgets: `websockets` of Python, and `ws` of Node."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.fakes.records import sale
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, data_of
from tests.local.end_to_end.page_visit import CLIENTS
from tests.local.end_to_end.producer import message
from tests.local.end_to_end.test_push import ARRIVES_WITHIN, WIDGET, now

Listen = Callable[[str, str, Any], AbstractContextManager[Iterator[Any]]]


@contextmanager
def by_websockets(address: str, token: str, subscribe: Any) -> Iterator[Iterator[Any]]:
    """Listen with the package `websockets`."""
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as socket:
        if subscribe:
            socket.send(json.dumps(subscribe))
        yield iter(lambda: json.loads(socket.recv(ARRIVES_WITHIN)), None)


@contextmanager
def by_ws(address: str, token: str, subscribe: Any) -> Iterator[Iterator[Any]]:
    """Listen with the package `ws`."""
    asked = {"address": address, "token": token, "subscribe": subscribe, "seconds": ARRIVES_WITHIN}
    with subprocess.Popen(  # noqa: S603 # our own script
        ["node", str(CLIENTS / "subscriber.mjs")],  # noqa: S607 # the one that `make` found
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        try:
            yield map(json.loads, process.stdout)
        finally:
            process.kill()


LISTENING = pytest.mark.parametrize("listening", [by_websockets, by_ws])


def send(client: Client, record: dict[str, Any], data_type: str) -> None:
    """Send a record to the stream."""
    body = message("push-clients", record, data_type)
    data_of(client.http.post("/ingest/stream", content=body, headers={"Content-Type": "application/json"}))


@LISTENING
def test_a_decision_that_is_posted_reaches_a_subscriber(
    platform: RunningPlatform, client: Client, listening: Listen
) -> None:
    name = f"posted-{listening.__name__}"
    decision = {"decision_id": name, "timestamp": now(), "score": 0.7, "outcome": "review", "merchant": name}
    subscribe = {"action": "subscribe", "events": ["fraud:decision"], "filters": {"merchant": name}}

    with listening(f"{platform.websocket_url}/analytics", platform.token, subscribe) as messages:
        assert next(messages)["event"] == "subscribed"
        send(client, decision, "decisions")
        decided = next(each for each in messages if each["event"] == "fraud:decision")

    assert decided["data"]["decision"]["decisionId"] == name


@LISTENING
def test_a_sale_that_is_posted_changes_a_widget(platform: RunningPlatform, client: Client, listening: Listen) -> None:
    body = {"name": "Clients", "category": "executive", "widgets": [WIDGET], "is_public": False}
    dashboard = data_of(client.http.post("/dashboards", json=body))["dashboard_id"]
    client.answered(dashboard)  # so that the first message has the answer

    with listening(f"{platform.websocket_url}/dashboards/{dashboard}", platform.token, None) as messages:
        first = next(messages)
        send(client, sale(1, transaction_id=f"sold-{listening.__name__}", timestamp=now()), "transactions")
        update = next(each for each in messages if each["type"] == "widget_update")

    assert (first["type"], update["widget_id"]) == ("dashboard_refresh", "revenue")
    assert update["data"]["summary"]["total"] > first["data"]["data"]["revenue"]["data"]["summary"]["total"]
