"""`/ws/analytics`: subscriptions, events, what is dropped, and what comes again."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

import orjson
import pytest

from shared.live.connections import TURN
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import KEPT
from shared.live.turns import LOST_AFTER
from shared.push.analytics_plans import MOST_DECISIONS
from shared.push.changes import METRICS, run_message
from shared.push.conversation import LARGEST, MOST_IN_A_SECOND
from tests.events.schedule import schedule_event
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.live_clients import LiveClients, decision, decision_change
from tests.fakes.moto_platforms import MotoPlatforms


def decided(messages: list[Any]) -> list[str]:
    """The ids of the decisions in messages."""
    return [each["data"]["decision"]["decisionId"] for each in messages if each["event"] == "fraud:decision"]


def test_a_decision_reaches_who_has_subscribed(live: LiveClients) -> None:
    listening, silent = live.connect(), live.connect()
    answer = live.subscribe(listening, "fraud:decision")

    live.decide(decision(1, risk_band="high"))

    assert answer["event"] == "subscribed"
    assert answer["data"] == {"events": ["fraud:decision"], "filters": {}}
    (message,) = live.received(listening)
    assert message == {
        "event": "fraud:decision",
        "id": 1,
        "timestamp": message["timestamp"],
        "data": {
            "decision": {
                "decisionId": "d-1",
                "timestamp": "2026-05-01T12:00:00.000Z",
                "score": 0.5,
                "outcome": "approve",
                "amount": 12.5,
                "currency": "EUR",
                "merchant": "m-1",
                "channel": "web",
                "riskBand": "high",
                "modelVersion": None,
            },
            "metrics": None,
        },
    }
    assert live.received(silent) == []


def test_events_are_sent_once(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)

    live.decide(decision(1), first=1)
    first = live.received(client)
    live.decide(decision(2), first=2)

    assert (decided(first), decided(live.received(client)), live.received(client)) == (["d-1"], ["d-2"], [])


def test_events_before_a_subscription_are_not_sent(live: LiveClients) -> None:
    live.decide(decision(1), first=1)
    client = live.connect()
    live.subscribe(client)

    live.decide(decision(2), first=2)

    assert decided(live.received(client)) == ["d-2"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["d-0", "d-1", "d-2"]),
        ({"outcome": "decline"}, ["d-1", "d-2"]),
        ({"outcome": ["approve", "decline"], "minScore": 0.5}, ["d-1", "d-2"]),
        ({"minScore": 0.9}, ["d-2"]),
        ({"merchant": "m-2"}, ["d-2"]),
        ({"channel": ["web", "app"], "merchant": ["m-1", "m-3"]}, ["d-0", "d-1"]),
        ({"merchant": "nobody"}, []),
    ],
)
def test_filters_select_decisions(live: LiveClients, filters: dict[str, Any], expected: list[str]) -> None:
    client = live.connect()
    live.subscribe(client, filters=filters)

    live.decide(
        decision(0, score=0.1),
        decision(1, score=0.5, outcome="decline", channel="app"),
        decision(2, score=0.9, outcome="decline", merchant="m-2", channel=None),
    )

    assert decided(live.received(client)) == expected


def test_only_changed_content_is_a_decision(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)
    one, other = decision(1), decision(1, outcome="decline")
    marked = {**decision_change(one, 3, old=one)}

    live.wired.decision_feed.append([decision_change(one, 1), decision_change(other, 2, old=one), marked])

    assert [each["data"]["decision"]["outcome"] for each in live.received(client)] == ["approve", "decline"]


def test_a_run_of_the_stream_that_is_repeated_with_more_adds_what_is_new(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)

    live.decide(decision(1), decision(2))
    live.decide(decision(1), decision(2), decision(3))
    live.decide(decision(1), decision(2), decision(3), decision(4))

    assert decided(live.received(client)) == ["d-1", "d-2", "d-3", "d-4"]


def test_a_run_of_the_stream_that_is_repeated_with_fewer_adds_what_is_new(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)

    live.decide(decision(1), decision(2), decision(3))
    live.decide(decision(1), decision(2))

    assert decided(live.received(client)) == ["d-1", "d-2", "d-3"]


def test_many_large_decisions_are_several_parts_of_the_log(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client, since=0)
    many = [decision(number, merchant="m" * 900) for number in range(300)]

    live.decide(*many)
    live.decide(*many)

    assert live.wired.event_log.last_id() == 300


def test_who_was_away_gets_what_was_missed(live: LiveClients) -> None:
    first = live.connect()
    live.subscribe(first)
    live.decide(decision(1), first=1)
    (seen,) = live.received(first)
    live.decide(*(decision(number) for number in range(2, 120)), first=2)

    second = live.connect()
    answer = live.subscribe(second, since=seen["id"])

    assert "gap" not in answer["data"]
    assert decided(live.received(second)) == [f"d-{number}" for number in range(2, 120)]
    assert live.received(second) == []


def test_who_missed_thousands_gets_the_few_that_were_wanted(live: LiveClients) -> None:
    for first in range(0, 1500, 300):
        live.decide(*(decision(number) for number in range(first, first + 300)), first=first)
    live.decide(decision(1500, merchant="rare"), first=1500)
    live.taken(DELIVERY_QUEUE)
    client = live.connect()

    live.subscribe(client, "fraud:decision", filters={"merchant": "rare"}, since=1)

    assert decided(live.received(client)) == ["d-1500"]


@pytest.mark.parametrize("since", [0, 1, 99])
def test_who_was_away_for_too_long_is_told(live: LiveClients, since: int) -> None:
    live.decide(decision(1), decision(2), first=1)
    live.clock.pass_by(KEPT + timedelta(seconds=1))
    live.decide(decision(3), first=3)
    client = live.connect()

    answer = live.subscribe(client, since=since)

    assert answer["data"]["gap"] is True
    assert decided(live.received(client)) == ([] if since == 99 else ["d-3"])


def test_more_decisions_than_a_client_takes_are_dropped_and_counted(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)

    live.decide(*(decision(number) for number in range(MOST_DECISIONS + 20)))
    live.deliver()
    sent = live.gateway.read(client)
    live.clock.pass_by(timedelta(seconds=1))
    live.decide(decision(100), first=100)

    assert len(decided(sent)) == MOST_DECISIONS
    (following,) = live.received(client)
    assert (following["dropped"], following["droppedAfter"]) == (20, sent[-1]["id"])
    assert decided([following]) == ["d-100"]


def test_without_a_further_event_a_client_is_told_of_dropped_ones_a_second_later(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)
    live.decide(*(decision(number) for number in range(MOST_DECISIONS + 7)))
    live.wired.deliverer.deliver(live.delivery("analytics"))
    live.gateway.read(client)

    live.clock.pass_by(timedelta(seconds=1))

    (told,) = live.received(client)
    assert (told["event"], told["dropped"], told["droppedAfter"]) == ("dropped", 7, MOST_DECISIONS)
    assert live.received(client) == []


def test_dropped_decisions_come_with_since(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)
    live.decide(*(decision(number) for number in range(MOST_DECISIONS + 7)))
    live.deliver()
    live.gateway.read(client)

    live.subscribe(client, since=MOST_DECISIONS)

    assert decided(live.received(client)) == [f"d-{number}" for number in range(MOST_DECISIONS, MOST_DECISIONS + 7)]


def test_an_ended_subscription_brings_nothing_more(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client, "fraud:decision", "pipeline:health")

    left = live.say(client, {"action": "unsubscribe", "events": ["fraud:decision"]})
    live.decide(decision(1))
    nothing = live.say(client, {"action": "unsubscribe"})

    assert (left["event"], left["data"]) == ("unsubscribed", {"events": ["pipeline:health"]})
    assert nothing["data"] == {"events": []}
    assert live.received(client) == []


def test_a_ping_is_answered_with_the_id_of_the_last_event_sent(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)
    live.decide(decision(1))

    before = live.say(client, {"action": "ping"})
    live.deliver()
    after = live.say(client, {"action": "ping"})

    assert [(each["event"], each["id"], each["data"]) for each in (before, after)] == [("pong", 0, {}), ("pong", 1, {})]


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        ("{", "malformed_json", "not valid JSON"),
        ('{"action":"ping","action":"ping"}', "malformed_json", "duplicate key"),
        ("[]", "unknown_action", "subscribe, unsubscribe, ping"),
        ('{"action":"refresh"}', "unknown_action", "subscribe, unsubscribe, ping"),
        ('{"action":["ping"]}', "unknown_action", "subscribe, unsubscribe, ping"),
        ('{"action":"ping","x":1}', "invalid_message", "/x is unknown"),
        ('{"action":"subscribe"}', "invalid_message", "/events is required"),
        ('{"action":"subscribe","events":[]}', "invalid_message", "/events must not be empty"),
        ('{"action":"subscribe","events":["fraud"]}', "invalid_message", "/events/0 must be one of"),
        ('{"action":"subscribe","events":["fraud:decision"],"since":-1}', "invalid_message", "/since"),
        ('{"action":"subscribe","events":["fraud:decision"],"since":"1"}', "invalid_message", "/since"),
        (
            '{"action":"subscribe","events":["x"],"filters":{"minScore":2,"outcome":"no","y":1}}',
            "invalid_message",
            "/filters/minScore",
        ),
        ('{"action":"ping","x":"%s"}' % ("x" * LARGEST), "message_too_large", "32 KB"),
        ("x" * 100, "malformed_json", "not valid JSON"),
        ("", "malformed_json", "not valid JSON"),
    ],
)
def test_what_cannot_be_acted_on_is_answered(live: LiveClients, message: str, code: str, words: str) -> None:
    client = live.connect()

    answer = live.say(client, message)

    assert (answer["event"], answer["data"]["code"]) == ("error", code)
    assert words in answer["data"]["message"]
    assert live.say(client, {"action": "ping"})["event"] == "pong"


def test_every_mistake_of_a_message_is_named(live: LiveClients) -> None:
    client = live.connect()

    answer = live.subscribe(client, "x", filters={"minScore": 2, "outcome": "no", "y": 1})

    named = set(re.findall(r"/[/\w]+", answer["data"]["message"]))
    assert named == {"/events/0", "/filters/minScore", "/filters/outcome/0", "/filters/y"}


def test_binary_data_is_answered(live: LiveClients) -> None:
    client = live.connect()

    assert live.say(client, "AP8=", is_binary=True)["data"]["code"] == "binary_message"


def test_a_flood_of_messages_is_answered_and_the_connection_stays(live: LiveClients) -> None:
    client = live.connect()

    answers = [live.say(client, {"action": "ping"}) for _ in range(MOST_IN_A_SECOND + 5)]
    live.clock.pass_by(timedelta(seconds=1))

    assert [each["event"] for each in answers] == ["pong"] * MOST_IN_A_SECOND + ["error"] * 5
    assert {each["data"]["code"] for each in answers[MOST_IN_A_SECOND:]} == {"rate_limited"}
    assert live.say(client, {"action": "ping"})["event"] == "pong"


def test_a_closed_connection_gets_no_answer(live: LiveClients) -> None:
    assert live.say("nobody=", {"action": "ping"}) is None


def test_a_connection_that_is_gone_is_forgotten(live: LiveClients) -> None:
    gone, open_ = live.connect(), live.connect()
    for each in (gone, open_):
        live.subscribe(each)
    live.clock.pass_by(timedelta(minutes=1))
    live.gateway.vanish(gone)

    live.decide(decision(1))

    assert decided(live.received(open_)) == ["d-1"]
    assert live.wired.connections.get(gone) is None
    assert live.wired.connections.count() == 1


def test_a_connection_whose_handshake_is_not_finished_is_not_taken_for_gone(live: LiveClients) -> None:
    client = live.connect()
    live.subscribe(client)
    live.gateway.vanish(client)
    live.decide(decision(1))
    live.wired.deliverer.deliver(live.delivery("analytics"))

    live.gateway.open(client)

    assert decided(live.received(client)) == ["d-1"]


def test_a_client_that_stopped_reading_gets_later_what_it_was_not_sent(live: LiveClients) -> None:
    slow, quick = live.connect(), live.connect()
    for each in (slow, quick):
        live.subscribe(each)
    live.gateway.refusing.add(slow)
    live.decide(decision(1), first=1)
    live.deliver()

    live.gateway.refusing.clear()
    live.decide(decision(2), first=2)

    assert decided(live.received(quick)) == ["d-1", "d-2"]
    assert decided(live.gateway.read(slow)) == ["d-1", "d-2"]


def test_an_expired_token_ends_its_connection_with_a_reason(live: LiveClients) -> None:
    old = live.connect(token=live.token_expiring_in(minutes=10))
    live.clock.pass_by(timedelta(minutes=11))

    live.tick()

    (farewell,) = live.gateway.read(old)
    assert (farewell["event"], farewell["data"]["code"]) == ("error", "token_expired")
    assert live.gateway.closed == [old]
    assert live.wired.connections.get(old) is None


def test_a_failure_elsewhere_does_not_keep_an_expired_connection_open(live: LiveClients) -> None:
    def fail(_start: datetime, _end: datetime) -> NoReturn:
        raise ZeroDivisionError

    client = live.connect(token=live.token_expiring_in(minutes=1))
    live.clock.pass_by(timedelta(minutes=2))
    pusher = live.wired.pusher

    with pytest.raises(ZeroDivisionError):
        replace(pusher, metrics=replace(pusher.metrics, kpis=fail)).push(
            [run_message(METRICS), orjson.dumps(schedule_event()).decode()]
        )

    assert [each["data"]["code"] for each in live.gateway.read(client)] == ["token_expired"]


def test_an_expired_connection_is_sent_no_event_before_it_is_ended(live: LiveClients) -> None:
    client = live.connect(token=live.token_expiring_in(minutes=10))
    live.subscribe(client)
    live.clock.pass_by(timedelta(minutes=11))

    live.decide(decision(1))

    (farewell,) = live.received(client)
    assert farewell["data"]["code"] == "token_expired"
    assert live.gateway.closed == [client]


def test_what_an_expired_client_asks_ends_its_connection(live: LiveClients) -> None:
    client = live.connect(token=live.token_expiring_in(minutes=10))
    live.clock.pass_by(timedelta(minutes=11))

    assert live.say(client, {"action": "ping"}) is None

    (farewell,) = live.received(client)
    assert farewell["data"]["code"] == "token_expired"


def test_a_revoked_key_ends_its_connections(live: LiveClients) -> None:
    visitor, other = live.visitor(), live.visitor()
    revoked, kept = live.connect(visitor=visitor), live.connect(visitor=other)
    live.wired.identity.keys.revoke(visitor.key.id)
    live.clock.pass_by(timedelta(minutes=1))

    live.tick()

    (farewell,) = live.gateway.read(revoked)
    assert farewell["data"]["code"] == "token_revoked"
    assert (live.gateway.closed, live.gateway.read(kept)) == ([revoked], [])


@pytest.mark.parametrize("step", range(7))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_deliverer_that_dies_loses_nothing(
    live: LiveClients, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = live.connect()
    live.subscribe(client)
    live.decide(decision(1), first=1)
    (request,) = live.requested()

    with platforms.fault_injector.killing(step, moment):
        live.wired.deliverer.deliver(request)
    live.clock.pass_by(TURN + timedelta(seconds=1))
    live.wired.deliverer.deliver(request)
    live.decide(decision(2), first=2)

    seen = decided(live.received(client))
    assert list(dict.fromkeys(seen)) == ["d-1", "d-2"]


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_feed_that_dies_appends_each_decision_once(
    live: LiveClients, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = live.connect()
    live.subscribe(client)

    with platforms.fault_injector.killing(step, moment):
        live.decide(decision(1), decision(2))
    live.decide(decision(1), decision(2), decision(3))
    live.clock.pass_by(LOST_AFTER + timedelta(milliseconds=1))
    live.tick()

    assert decided(live.received(client)) == ["d-1", "d-2", "d-3"]


def test_decisions_that_follow_each_other_quickly_are_one_delivery(live: LiveClients) -> None:
    live.decide(decision(1), first=1)
    live.decide(decision(2), first=2)

    assert len(live.taken(DELIVERY_QUEUE)) == 1


def test_thousands_of_connections_are_sent_to_in_slices(live: LiveClients) -> None:
    user = live.visitor(owner="crowd")
    clients = [live.connect(visitor=user) for _ in range(12)]
    for each in clients:
        live.subscribe(each)
    live.decide(decision(1))
    (request,) = live.requested()

    small = live.deliverer(most_connections=5)
    small.deliver(request)
    slices = live.requested()
    for part in slices:
        small.deliver(part)

    assert [(each.part, each.parts) for each in slices] == [(0, 3), (1, 3), (2, 3)]
    assert {name: decided(live.gateway.read(name)) for name in clients} == {name: ["d-1"] for name in clients}
