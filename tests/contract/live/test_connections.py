"""Open connections in DynamoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.live.connections import LONGEST, TURN, Connection, Connections
from tests.contract.live.connections import connection
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms


@pytest.fixture
def store(wired: Wiring) -> Connections:
    """The store."""
    return wired.connections


def stored(store: Connections, name: str = "connection-1") -> Connection:
    """A connection that is open."""
    found = store.get(name)
    assert found is not None
    return found


def test_a_connection_is_read_as_it_was_stored(store: Connections) -> None:
    kept = connection(subscription={"events": ["a"]}, progress={"cursor": 7})

    store.add(kept)

    assert store.get("connection-1") == kept
    assert store.get_many(["connection-1", "connection-2"]) == [kept]
    assert store.get("connection-2") is None


def test_connections_are_listed_by_channel(store: Connections) -> None:
    for name, channel in (("a=", "analytics"), ("b=", "dashboards/d-1"), ("c=", "dashboards/d-10")):
        store.add(connection(name, channel=channel))

    assert [each.connection_id for each in store.listeners("dashboards/d-1 ")] == ["b="]
    assert {(each.connection_id, each.channel) for each in store.listeners("dashboards/")} == {
        ("b=", "dashboards/d-1"),
        ("c=", "dashboards/d-10"),
    }
    assert store.count() == 3


def test_a_removed_connection_is_in_no_list(store: Connections) -> None:
    store.add(connection())

    store.remove("connection-1")
    store.remove("connection-1")

    assert (store.count(), store.count_of("ann"), store.get("connection-1")) == (0, 0, None)


def test_connections_are_counted_by_user(store: Connections) -> None:
    for name, subject in (("a=", "ann"), ("b=", "ann"), ("c=", "bob")):
        store.add(connection(name, subject=subject))

    assert (store.count_of("ann"), store.count_of("bob"), store.count_of("eve")) == (2, 1, 0)


def test_a_connection_that_api_gateway_must_have_closed_is_not_open(store: Connections, clock: Clock) -> None:
    store.add(connection())

    clock.pass_by(LONGEST + timedelta(seconds=1))

    assert (store.count(), list(store.listeners()), store.get_many(["connection-1"])) == (0, [], [])


@pytest.mark.parametrize("moment", CrashPoint)
def test_a_crash_leaves_a_connection_in_all_lists_or_in_none(
    store: Connections, platforms: MotoPlatforms, moment: CrashPoint
) -> None:
    with platforms.fault_injector.killing(0, moment):
        store.add(connection())

    kept = store.get("connection-1") is not None
    assert kept == (moment is CrashPoint.AFTER)
    assert (store.count(), store.count_of("ann")) == (int(kept), int(kept))


def test_messages_of_a_client_are_counted_by_second(store: Connections, clock: Clock) -> None:
    store.add(connection())

    first = [store.receive("connection-1", answers=1) for _ in range(3)]
    clock.pass_by(timedelta(seconds=1))
    later = store.receive("connection-1", answers=0)

    assert [each.in_second for each in first if each] == [1, 2, 3]
    assert [each.connection.sequence for each in first if each] == [1, 2, 3]
    assert later is not None
    assert (later.in_second, later.connection.sequence) == (1, 3)


def test_a_message_of_a_closed_connection_counts_for_nothing(store: Connections) -> None:
    assert store.receive("connection-1", answers=1) is None
    assert store.number(connection()) is None
    assert store.subscribe(connection(), {"events": []}) is False
    assert store.get("connection-1") is None


def begin(store: Connections, known: Connection, messages: int = 1) -> bool:
    """Whether it is our turn to send to a connection as it was read."""
    return known.connection_id in store.begin({known.connection_id: (known, messages)})


def test_one_delivery_at_a_time_sends_to_a_connection(store: Connections) -> None:
    store.add(connection())
    known = stored(store)

    assert begin(store, known, 2)
    assert not begin(store, known)
    assert not begin(store, stored(store))

    store.finish([replace(known, progress={"cursor": 9})])

    after = stored(store)
    assert (after.sequence, after.progress) == (2, {"cursor": 9})
    assert begin(store, after)


def test_a_delivery_that_read_before_another_one_finished_may_not_send(store: Connections) -> None:
    store.add(connection())
    read_before = stored(store)
    assert begin(store, read_before, 0)
    read_meanwhile = stored(store)
    store.finish([replace(read_before, progress={"cursor": 9})])

    assert not begin(store, read_before)
    assert not begin(store, read_meanwhile)


def test_a_delivery_that_died_holds_a_connection_up_for_its_turn_only(store: Connections, clock: Clock) -> None:
    store.add(connection())
    assert begin(store, stored(store))

    clock.pass_by(TURN + timedelta(milliseconds=1))

    assert begin(store, stored(store))


@pytest.mark.parametrize("change", ["answer", "subscription"])
def test_a_delivery_may_not_send_what_it_planned_before_the_client_spoke(store: Connections, change: str) -> None:
    store.add(connection())
    known = stored(store)

    if change == "answer":
        store.receive("connection-1", answers=1)
    else:
        store.subscribe(known, {"events": []})

    assert not begin(store, known)


def test_finishing_does_not_bring_back_a_connection_that_has_gone(store: Connections) -> None:
    store.add(connection())
    known = stored(store)
    assert begin(store, known)
    store.remove("connection-1")

    store.finish([known])

    assert store.get("connection-1") is None


def test_many_connections_take_their_turns_in_few_calls(store: Connections, platforms: MotoPlatforms) -> None:
    names = [f"connection-{number}" for number in range(150)]
    for name in names:
        store.add(connection(name))
    known: dict[str, tuple[Any, int]] = {each.connection_id: (each, 1) for each in store.get_many(names)}

    writes = platforms.fault_injector.count(lambda: store.begin(known))

    assert writes == ["TransactWriteItems"] * 2
    assert {each.sequence for each in store.get_many(names)} == {1}


def test_every_item_expires(store: Connections, wired: Wiring) -> None:
    store.add(connection())

    dynamodb = boto3.client("dynamodb")
    tables = ("tally-connections-table", "tally-listeners-table")
    items = [item for table in tables for item in dynamodb.scan(TableName=table)["Items"]]

    assert len(items) == 3
    expires = int((wired.clock() + LONGEST).timestamp())
    assert {int(item["expires_at"]["N"]) for item in items} == {expires}
