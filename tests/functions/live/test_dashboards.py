"""`/ws/dashboards/{id}`: the whole data at first, then widgets that changed, at most once a second each."""

from datetime import timedelta
from typing import Any

import pytest

from shared.auth.scopes import Scope
from shared.live.connections import TURN
from shared.runtime.errors import Forbidden, NotFound, Unauthorized, Unavailable
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.live_clients import LiveClients
from tests.fakes.moto_platforms import MotoPlatforms
from tests.functions.live.watched import Watched, watch

LARGE = "x" * (128 * 1024)


@pytest.fixture
def watched(live: LiveClients) -> Watched:
    """A dashboard that may be watched."""
    return watch(live)


def kinds(messages: list[Any]) -> list[tuple[str, str | None]]:
    """The type of each message, and its widget."""
    return [(each["type"], each.get("widget_id")) for each in messages]


def numbers(messages: list[Any]) -> dict[str, Any]:
    """The number in the update of each widget."""
    return {each["widget_id"]: each["data"]["number"] for each in messages}


def test_the_first_message_has_the_whole_data(watched: Watched) -> None:
    client = watched.connect()

    (message,) = watched.received(client)

    assert (message["type"], message["sequence"]) == ("dashboard_refresh", 1)
    assert message["data"]["dashboard_id"] == watched.dashboard.dashboard_id
    assert {name: each["status"] for name, each in message["data"]["data"].items()} == {
        "low": "success",
        "high": "success",
    }
    assert message["timestamp"] == "2025-03-01T12:00:00Z"


def test_only_what_has_changed_is_sent(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    watched.change(low=7)

    (message,) = watched.received(client)
    assert (message["type"], message["widget_id"], message["sequence"]) == ("widget_update", "low", 2)
    assert message["data"] == {"alerts": [], "number": 7}


def test_nothing_is_sent_if_no_answer_differs(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    watched.push("tally.alerts", "alert changed", {})
    watched.push("tally.lake", "table committed", {"data_type": "events"})

    assert watched.received(client) == []


def test_changes_within_a_second_are_one_message_with_the_newest_data(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)
    watched.change(low=1)
    first = watched.received(client)

    for number in range(2, 7):
        watched.change(low=number)
    requested = watched.live.requested()
    for each in requested:
        watched.deliverer.deliver(each)

    assert (numbers(first), len(requested)) == ({"low": 1}, 1)
    assert numbers(watched.live.gateway.read(client)) == {"low": 6}


def test_one_question_is_computed_once_however_many_watch_it(watched: Watched) -> None:
    clients = [watched.connect() for _ in range(12)]
    for each in clients:
        watched.received(each)
    for_the_first = list(watched.alerts.asked)
    watched.alerts.asked.clear()

    watched.alerts.bodies["low"] = {"number": 1}
    watched.push("tally.alerts", "alert changed", {})
    watched.live.deliver(watched.deliverer)

    assert sorted(for_the_first) == sorted(watched.alerts.asked) == ["high", "low"]
    assert all(numbers(watched.live.gateway.read(each)) == {"low": 1} for each in clients)


def test_a_dashboard_that_nobody_watches_costs_nothing(watched: Watched) -> None:
    watched.change(low=1)

    assert (watched.alerts.asked, watched.live.requested()) == ([], [])


def test_every_message_has_the_next_number(watched: Watched) -> None:
    client = watched.connect()
    seen = watched.received(client)
    for number in range(3):
        watched.live.clock.pass_by(timedelta(seconds=2))
        watched.change(low=number, high=number)
        seen += watched.received(client)
        seen.append(watched.live.say(client, {"action": "ping"}))
        seen.append(watched.live.say(client, "{"))

    assert [each["sequence"] for each in seen] == list(range(1, 14))


def test_a_client_may_have_everything_sent_again(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    assert watched.live.say(client, {"action": "refresh"}) is None

    (message,) = watched.received(client)
    assert (message["type"], message["sequence"]) == ("dashboard_refresh", 2)


def test_a_client_may_choose_widgets(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    watched.live.say(client, {"action": "subscribe", "widget_ids": ["high"]})
    (chosen,) = watched.received(client)
    watched.change(low=1, high=2)
    updates = watched.received(client)
    watched.live.say(client, {"action": "subscribe"})
    (every,) = watched.received(client)

    assert list(chosen["data"]["data"]) == ["high"]
    assert numbers(updates) == {"high": 2}
    assert list(every["data"]["data"]) == ["low", "high"]


def test_a_ping_is_answered(watched: Watched) -> None:
    client = watched.connect()

    answer = watched.live.say(client, {"action": "ping"})

    assert answer == {"type": "pong", "timestamp": "2025-03-01T12:00:00Z", "sequence": 1}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"action": "subscribe", "widget_ids": ["low", "nothing"]}, "unknown_widgets"),
        ({"action": "subscribe", "widget_ids": "low"}, "invalid_message"),
        ({"action": "subscribe", "events": ["fraud:decision"]}, "invalid_message"),
        ({"action": "unsubscribe"}, "unknown_action"),
        ({"action": "refresh", "now": True}, "invalid_message"),
        ("[", "malformed_json"),
    ],
)
def test_what_cannot_be_acted_on_is_answered(watched: Watched, message: Any, code: str) -> None:
    client = watched.connect()

    answer = watched.live.say(client, message)

    assert (answer["type"], answer["code"], answer["sequence"]) == ("error", code, 1)


def test_a_flood_of_refreshes_is_answered(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    answers = [watched.live.say(client, {"action": "refresh"}) for _ in range(22)]

    assert answers[:20] == [None] * 20
    assert [(each["code"], each["sequence"]) for each in answers[20:]] == [("rate_limited", 2), ("rate_limited", 3)]
    assert [each["sequence"] for each in watched.received(client)] == [4]


def test_a_widget_over_128_kilobytes_is_to_be_fetched(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    watched.change(low=LARGE)

    (message,) = watched.received(client)
    assert message == {
        "type": "widget_update",
        "widget_id": "low",
        "fetch": True,
        "sequence": 2,
        "timestamp": "2025-03-01T12:00:00Z",
    }


def test_a_dashboard_over_128_kilobytes_is_to_be_fetched(watched: Watched) -> None:
    watched.alerts.bodies["low"] = {"number": LARGE}
    client = watched.connect()

    (message,) = watched.received(client)

    assert message.keys() == {"type", "fetch", "sequence", "timestamp"}


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Unavailable("Alerts are not available", retry_after=1), "Alerts are not available"),
        (ZeroDivisionError(), "An unexpected error occurred; quote the request id when reporting it"),
    ],
)
def test_a_widget_that_fails_is_an_error_with_its_id(watched: Watched, failure: Exception, text: str) -> None:
    client = watched.connect()
    watched.received(client)

    watched.alerts.failure = failure
    watched.push("tally.alerts", "alert changed", {})
    failed = watched.received(client)
    watched.alerts.failure = None
    watched.live.clock.pass_by(timedelta(seconds=2))
    watched.change(low=1)

    assert sorted(kinds(failed)) == [("error", "high"), ("error", "low")]
    assert {each["error"] for each in failed} == {text}
    assert sorted(kinds(watched.received(client))) == [("widget_update", "high"), ("widget_update", "low")]


def test_widgets_that_are_not_ready_are_sent_once_they_are(watched: Watched) -> None:
    client = watched.connect()
    watched.alerts.ready.clear()
    for each in watched.live.requested():
        watched.impatient_deliverer.deliver(each)
    watched.alerts.ready.set()

    (first,) = watched.live.gateway.read(client)
    later = watched.received(client)

    assert {each["status"] for each in first["data"]["data"].values()} == {"loading"}
    assert sorted(kinds(later)) == [("widget_update", "high"), ("widget_update", "low")]


def test_each_client_sees_only_what_its_scopes_permit(watched: Watched) -> None:
    all_, without = watched.connect(), watched.connect(watched.live.visitor(Scope.DASHBOARDS_READ, owner="bob"))

    (full,), (partial,) = watched.received(all_), watched.live.gateway.read(without)

    assert {each["status"] for each in full["data"]["data"].values()} == {"success"}
    assert {each["status"] for each in partial["data"]["data"].values()} == {"error"}
    watched.change(low=1)
    assert kinds(watched.received(all_)) == [("widget_update", "low")]
    assert watched.live.gateway.read(without) == []


def test_an_edited_dashboard_is_sent_whole(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    watched.edit("low", "critical")

    (message,) = watched.received(client)
    assert (message["type"], list(message["data"]["data"])) == ("dashboard_refresh", ["low", "critical"])


def test_a_deleted_dashboard_ends_its_connections(watched: Watched) -> None:
    client = watched.connect()
    watched.received(client)

    watched.delete()

    (message,) = watched.received(client)
    assert (message["type"], message["close"]) == ("error", 1008)
    assert message["error"] == "The dashboard has been deleted"
    assert watched.live.gateway.closed == [client]
    assert watched.live.wired.connections.count() == 0


def test_a_dashboard_that_becomes_private_ends_the_connections_of_others(watched: Watched) -> None:
    own, others = watched.connect(), watched.connect(watched.live.visitor(owner="bob"))
    for each in (own, others):
        watched.received(each)

    watched.edit("low", is_public=False)

    assert kinds(watched.received(own)) == [("dashboard_refresh", None)]
    assert kinds(watched.live.gateway.read(others)) == [("error", None)]
    assert watched.live.gateway.closed == [others]


def test_a_dashboard_that_does_not_exist_or_is_private_is_not_found(watched: Watched) -> None:
    bob = watched.live.visitor(owner="bob")
    watched.edit("low", is_public=False)

    for channel in (watched.channel, "dashboards/nothing", "dashboards/", f"dashboards/{'x' * 3000}"):
        with pytest.raises(NotFound):
            watched.live.connect(channel, visitor=bob)
    assert watched.connect()


def test_a_token_without_the_scope_or_of_nobody_is_refused(watched: Watched) -> None:
    with pytest.raises(Forbidden):
        watched.connect(watched.live.visitor(Scope.FRAUD_READ))
    with pytest.raises(Unauthorized):
        watched.live.connect(watched.channel, token="nobody's")


def test_dashboards_that_come_with_the_platform_can_be_watched(live: LiveClients) -> None:
    assert live.connect("dashboards/executive")


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_deliverer_that_dies_leaves_a_gap_or_the_change_to_its_next_run(
    watched: Watched, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = watched.connect()
    watched.received(client)
    watched.change(low=1)
    (request,) = watched.live.requested()

    with platforms.fault_injector.killing(step, moment):
        watched.deliverer.deliver(request)
    watched.live.clock.pass_by(TURN + timedelta(seconds=1))
    watched.deliverer.deliver(request)

    assert numbers(watched.received(client)) == {"low": 1}


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("moment", CrashPoint)
def test_a_pusher_that_dies_loses_no_change(
    watched: Watched, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    client = watched.connect()
    watched.received(client)

    with platforms.fault_injector.killing(step, moment):
        watched.change(low=1)
    watched.live.clock.pass_by(timedelta(minutes=1))
    watched.push("tally.alerts", "alert changed", {})  # SQS delivers the message again

    assert numbers(watched.received(client)) == {"low": 1}


def test_a_change_whose_request_was_lost_is_delivered_when_the_clock_strikes(
    watched: Watched, platforms: MotoPlatforms
) -> None:
    client = watched.connect()
    watched.received(client)
    writes = platforms.fault_injector.count(lambda: watched.change(low=1))
    watched.received(client)
    watched.live.clock.pass_by(timedelta(minutes=1))

    with platforms.fault_injector.killing(writes.index("UpdateItem"), CrashPoint.AFTER):
        watched.change(low=2)
    watched.live.clock.pass_by(timedelta(minutes=1))
    watched.live.tick()

    assert numbers(watched.received(client)) == {"low": 2}
