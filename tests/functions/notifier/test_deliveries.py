"""A recorded notification reaches each of its targets once, whatever becomes of the others."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import boto3
import orjson
import pytest

from functions.notifier.function import FUNCTION
from functions.notifier.handler import handler
from shared.app.wiring import Wiring, wiring
from shared.notifications.entries import LEASE
from shared.notifications.notifier import Outcome
from shared.notifications.outbox import OUTBOX_TABLE
from shared.runtime.settings import Settings
from tests.events.api_gateway import context
from tests.events.schedule import schedule_event
from tests.events.sqs import sqs_event
from tests.fakes.clock import Clock
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal
from tests.fakes.webhook_receiver import Receiver, Reply, receiving
from tests.functions.notifier.platform import (
    SECRET,
    TOPIC,
    Subscriber,
    entries,
    notification,
    platform,
    record,
    states,
    waiting_messages,
    webhook,
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def reaching(aws: Settings, clock: Clock, receiver: Receiver) -> Wiring:
    """A platform whose webhooks may reach the receiver."""
    return platform(aws, clock, receiver.authority)


def test_a_notification_is_delivered_to_the_topic_and_to_the_webhook(
    deployed: Wiring, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLY_WEBHOOKS_ALLOWED", receiver.authority)
    wiring.cache_clear()
    subscriber = Subscriber(deployed)
    record(deployed, notification(TOPIC, webhook(receiver.authority)))
    deployed.outbox.send(["alert-1:fired"])

    answer = handler(sqs_event(waiting_messages(deployed)), context())

    assert answer == {"batchItemFailures": []}
    (message,) = subscriber.messages()
    assert message["Subject"] == "Revenue is below 100"
    assert message["Message"].startswith("Revenue was 93.50 USD between 10:00 and 11:00 UTC.\n\nNotification alert-1")
    assert {name: each["Value"] for name, each in message["MessageAttributes"].items()} == {
        "severity": "high",
        "status": "active",
        "notification_id": "alert-1:fired",
    }
    (got,) = receiver.received
    body = orjson.loads(got.body)
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "id": "alert-1:fired",
        "subject": "Revenue is below 100",
        "body": "Revenue was 93.50 USD between 10:00 and 11:00 UTC.",
        "data": {"alert_id": "alert-1", "value": 93.5},
    }
    assert states(deployed) == {"alert-1:fired topic": "sent", "alert-1:fired webhook": "sent"}


def test_subscriptions_may_filter_by_severity(wired: Wiring) -> None:
    subscriber = Subscriber(wired, only={"severity": ["critical"]})
    record(wired, notification(TOPIC))

    assert wired.notifier.deliver(["alert-1:fired"])[Outcome.SENT] == 1

    assert subscriber.messages() == []


def test_what_nobody_told_the_notifier_is_found_by_the_clock(deployed: Wiring) -> None:
    subscriber = Subscriber(deployed)
    record(deployed, notification(TOPIC))

    handler(sqs_event([orjson.dumps(schedule_event()).decode()]), context())
    handler(sqs_event(waiting_messages(deployed)), context())

    assert len(subscriber.messages()) == 1


def test_repeated_messages_deliver_nothing_again(reaching: Wiring, receiver: Receiver) -> None:
    record(reaching, notification(TOPIC, webhook(receiver.authority)))

    found = [reaching.notifier.deliver(["alert-1:fired"] * times)[Outcome.SENT] for times in (2, 1)]

    assert found == [2, 0]
    assert receiver.ids == ["alert-1:fired"]


def test_a_change_that_is_recorded_twice_is_told_of_once(wired: Wiring) -> None:
    record(wired, notification(TOPIC))

    with pytest.raises(boto3.client("dynamodb").exceptions.TransactionCanceledException):
        record(wired, notification(TOPIC))

    assert len(entries(wired)) == 1


def test_a_delivered_entry_forgets_the_secret_and_expires_after_a_week(
    reaching: Wiring, receiver: Receiver, clock: Clock
) -> None:
    record(reaching, notification(webhook(receiver.authority)))
    assert SECRET in str(entries(reaching))

    reaching.notifier.deliver(["alert-1:fired"])

    (entry,) = entries(reaching)
    assert SECRET not in str(entry)
    assert entry["expires_at"] == int((clock.now + timedelta(days=7)).timestamp())


def test_two_notifiers_at_once_deliver_once(reaching: Wiring, receiver: Receiver) -> None:
    names = [f"alert-{number}:fired" for number in range(8)]
    record(reaching, *(notification(webhook(receiver.authority), name=each) for each in names))
    ready = Barrier(2)

    def run() -> None:
        ready.wait()
        reaching.notifier.deliver(names)

    threads = [Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(receiver.ids) == names
    assert set(states(reaching).values()) == {"sent"}


def test_one_target_that_fails_does_not_hold_up_the_others(aws: Settings, clock: Clock, receiver: Receiver) -> None:
    with receiving(Reply(500)) as failing:
        wired = platform(aws, clock, receiver.authority, failing.authority)
        poison = notification(webhook(failing.authority), webhook("10.0.0.1:443"), TOPIC, name="poison")
        record(wired, poison, notification(webhook(receiver.authority)))
        _damage(wired, "poison", "topic")

        found = wired.notifier.deliver(["poison", "alert-1:fired"])

    assert receiver.ids == ["alert-1:fired"]
    assert (found[Outcome.SENT], found[Outcome.POSTPONED]) == (1, 3)


def _damage(wired: Wiring, notification_id: str, target: str) -> None:
    """Make an entry unreadable."""
    boto3.client("dynamodb").update_item(
        TableName=wired.name_of(OUTBOX_TABLE),
        Key={"notification_id": {"S": notification_id}, "target": {"S": target}},
        UpdateExpression="REMOVE #to",
        ExpressionAttributeNames={"#to": "to"},
    )


def test_messages_that_name_nothing_go_to_the_dead_letters_and_the_others_are_delivered(deployed: Wiring) -> None:
    subscriber = Subscriber(deployed)
    record(deployed, notification(TOPIC))
    bodies = ["no JSON", "[]", "{}", '{"notification_id":7}', '{"notification_id":"alert-1:fired"}']

    answer = handler(sqs_event([*bodies, '{"notification_id":"unheard-of"}']), context())

    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [f"message-{n}" for n in range(4)]
    assert len(subscriber.messages()) == 1


def test_what_there_is_no_time_for_is_left_to_the_next_run(deployed: Wiring) -> None:
    subscriber = Subscriber(deployed)
    record(deployed, notification(TOPIC))
    event = sqs_event(['{"notification_id":"alert-1:fired"}'])

    handler(event, context(remaining_ms=1))
    none = subscriber.messages()
    handler(event, context())

    assert (none, len(subscriber.messages())) == ([], 1)


def test_a_claim_outlives_the_function_that_made_it() -> None:
    assert timedelta(seconds=FUNCTION.timeout_seconds) < LEASE


def test_a_notifier_that_cannot_be_woken_is_not_an_error(wired: Wiring, platforms: MotoPlatforms) -> None:
    record(wired, notification(TOPIC))

    with platforms.outages.of("sqs"):
        wired.outbox.send(["alert-1:fired"])

    assert wired.notifier.sweep() == 1


def test_many_notifications_are_sent_for_in_messages_of_their_own(wired: Wiring) -> None:
    names = [f"alert-{number}:fired" for number in range(25)]

    wired.outbox.send([*names, *names])

    assert sorted(orjson.loads(each)["notification_id"] for each in waiting_messages(wired)) == sorted(names)


def test_a_topic_that_refuses_is_tried_again(wired: Wiring, platforms: MotoPlatforms, clock: Clock) -> None:
    subscriber = Subscriber(wired)
    record(wired, notification(TOPIC))

    with platforms.outages.of("sns", refusal("Throttled", 429)):
        wired.notifier.deliver(["alert-1:fired"])
    clock.pass_by(timedelta(seconds=30))
    wired.notifier.deliver(["alert-1:fired"])

    assert len(subscriber.messages()) == 1
