"""Clients that flood, stop reading or vanish cost a bounded amount, and hold up no other."""

import gc
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from functions.live.handler import handler as converse
from shared.app.wiring import Wiring
from shared.live.connections import CONNECTIONS_TABLE
from shared.live.deliveries import DELIVERY_QUEUE
from shared.push.conversation import LARGEST, MOST_IN_A_SECOND
from tests.events.api_gateway import context
from tests.events.websocket import connect_event, message_event
from tests.fakes.identities import Visitor
from tests.fakes.live_clients import LiveClients, decision
from tests.fakes.websocket_gateway import FakeGateway
from tests.functions.live.watched import watch
from tests.tiers import sized

FLOOD = sized(quick=200, thorough=10_000)
FRAMES: tuple[Any, ...] = ({"action": "ping"}, {"action": "refresh"}, "{", "x" * (LARGEST + 1), {"action": "subscribe"})


def decided(messages: list[Any]) -> list[str]:
    """The ids of the decisions in messages."""
    return [each["data"]["decision"]["decisionId"] for each in messages]


def item_size(live: LiveClients, connection: str) -> int:
    """The size of what is stored about a connection."""
    table = live.wired.name_of(CONNECTIONS_TABLE)
    key = {"connection_id": {"S": connection}}
    return len(str(live.wired.clients.dynamodb.get_item(TableName=table, Key=key)["Item"]))


def test_a_flood_within_a_second_is_answered_by_errors_and_leaves_nothing_behind(live: LiveClients) -> None:
    watched = watch(live)
    client = watched.connect()
    watched.received(client)
    before = item_size(live, client)

    codes: Counter[str] = Counter()
    for number in range(FLOOD):
        answer = live.say(client, FRAMES[number % len(FRAMES)])
        codes["none" if answer is None else answer.get("code", answer["type"])] += 1
        if number == MOST_IN_A_SECOND:
            living = ours()

    first = {"pong": 4, "none": 8, "malformed_json": 4, "message_too_large": 4}
    assert sum(first.values()) == MOST_IN_A_SECOND
    assert codes == {**first, "rate_limited": FLOOD - MOST_IN_A_SECOND}
    assert len(live.taken(DELIVERY_QUEUE)) <= MOST_IN_A_SECOND
    assert item_size(live, client) <= before + 200
    assert ours() <= living


def ours() -> int:
    """The number of living objects of our own classes."""
    gc.collect()
    return sum(1 for each in gc.get_objects() if str(type(each).__module__).startswith("shared."))


def test_after_a_flood_a_client_is_answered_again_and_others_always_are(live: LiveClients) -> None:
    flooding, other = live.connect(), live.connect()

    for _ in range(5 * MOST_IN_A_SECOND):
        live.say(flooding, {"action": "ping"})

    assert live.say(other, {"action": "ping"})["event"] == "pong"
    assert live.say(flooding, {"action": "ping"})["data"]["code"] == "rate_limited"
    live.clock.pass_by(timedelta(seconds=1))
    assert live.say(flooding, {"action": "ping"})["event"] == "pong"


def test_each_message_of_a_flood_has_one_answer_in_order(gateway: FakeGateway, deployed: Wiring) -> None:
    headers = {"Authorization": f"Bearer {Visitor(deployed.identity).token}"}
    converse(connect_event("abc=", "dashboards/executive", headers=headers), context())
    gateway.open("abc=")
    count = 5 * MOST_IN_A_SECOND

    for _ in range(count):
        converse(message_event("abc=", '{"action":"ping"}'), context())

    answers = gateway.read("abc=")
    assert [each["sequence"] for each in answers] == list(range(1, count + 1))
    assert {each.get("code", each["type"]) for each in answers} <= {"pong", "rate_limited"}


@pytest.mark.parametrize("half_open", [1, 5])
def test_half_open_connections_hold_up_no_other_and_get_what_they_missed(live: LiveClients, half_open: int) -> None:
    user, other = live.visitor(owner="crowd"), live.visitor(owner="others")
    silent = [live.connect(visitor=other) for _ in range(half_open)]
    clients = [live.connect(visitor=user) for _ in range(20)]
    for each in (*silent, *clients):
        live.subscribe(each, "fraud:decision")
    live.gateway.hanging |= {*silent}

    live.decide(decision(1))
    live.wired.deliverer.deliver(live.delivery("analytics"))

    assert {name: decided(live.gateway.read(name)) for name in clients} == {name: ["d-1"] for name in clients}
    again = live.requested()
    assert {(each.connection_id, each.attempt) for each in again} == {(name, 1) for name in silent}
    live.gateway.hanging.clear()
    for request in again:
        live.wired.deliverer.deliver(request)
    assert {name: decided(live.gateway.read(name)) for name in silent} == {name: ["d-1"] for name in silent}
    assert [each for name in clients for each in live.gateway.read(name)] == []


def test_a_connection_that_never_responds_is_given_up_after_five_attempts(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client, "fraud:decision")
    live.gateway.refusing.add(client)
    live.decide(decision(1))

    attempts = 0
    while waiting := live.requested():
        attempts += len(waiting)
        for each in waiting:
            live.wired.deliverer.deliver(each)

    assert attempts == 5
    assert live.wired.connections.get(client) is not None
