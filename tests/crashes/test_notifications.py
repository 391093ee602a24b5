"""A notification whose change or notifier is killed at any write is neither lost nor, by its id, doubled."""

from datetime import timedelta

import pytest

from shared.notifications.entries import LEASE
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint, deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.webhook_receiver import receiving
from tests.functions.notifier.platform import TOPIC, Subscriber, notification, platform, record, states, webhook

ID = "alert-1:fired"
CHANGING = ["TransactWriteItems", "SendMessageBatch"]
DELIVERING = ["UpdateItem", "UpdateItem"]
PUBLISHING = ["UpdateItem", "Publish", "UpdateItem"]


@pytest.mark.parametrize(("step", "moment"), deaths(CHANGING))
def test_a_change_killed_around_any_write_is_told_of_exactly_if_it_was_made(
    aws: Settings, clock: Clock, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    with receiving() as receiver:
        wired = platform(aws, clock, receiver.authority)

        def change() -> None:
            record(wired, notification(webhook(receiver.authority)))
            wired.outbox.send([ID])

        with platforms.fault_injector.killing(step, moment):
            change()
        wired.notifier.deliver(wired.notifier.entries.due(10))

    is_made = (step, moment) != (0, CrashPoint.BEFORE)
    assert receiver.ids == ([ID] if is_made else [])


@pytest.mark.parametrize("moment", list(CrashPoint))
@pytest.mark.parametrize("step", range(len(DELIVERING)))
def test_a_notifier_killed_around_any_write_delivers_each_id(
    aws: Settings, clock: Clock, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    with receiving() as receiver:
        wired = platform(aws, clock, receiver.authority)
        record(wired, notification(webhook(receiver.authority)))
        with platforms.fault_injector.killing(step, moment):
            wired.notifier.deliver([ID])
        at_once = wired.notifier.deliver(wired.notifier.entries.due(10))
        clock.pass_by(LEASE + timedelta(seconds=1))
        wired.notifier.deliver(wired.notifier.entries.due(10))

    assert set(receiver.ids) == {ID}
    assert len({each.body for each in receiver.received}) == 1
    is_repeated = (step, moment) == (1, CrashPoint.BEFORE)
    assert len(receiver.ids) == (2 if is_repeated else 1)
    assert sum(at_once.values()) == (1 if (step, moment) == (0, CrashPoint.BEFORE) else 0)
    assert states(wired) == {f"{ID} webhook": "sent"}


@pytest.mark.parametrize("moment", list(CrashPoint))
@pytest.mark.parametrize("step", range(len(PUBLISHING)))
def test_a_publication_killed_around_any_write_reaches_the_topic(
    aws: Settings, clock: Clock, platforms: MotoPlatforms, step: int, moment: CrashPoint
) -> None:
    wired = platform(aws, clock)
    subscriber = Subscriber(wired)
    record(wired, notification(TOPIC))

    with platforms.fault_injector.killing(step, moment):
        wired.notifier.deliver([ID])
    clock.pass_by(LEASE + timedelta(seconds=1))
    wired.notifier.deliver(wired.notifier.entries.due(10))

    messages = subscriber.messages()
    assert {each["MessageAttributes"]["notification_id"]["Value"] for each in messages} == {ID}
    assert len(messages) == (2 if (step, moment) in {(1, CrashPoint.AFTER), (2, CrashPoint.BEFORE)} else 1)
    assert states(wired) == {f"{ID} topic": "sent"}


def test_a_notifier_that_outlives_its_lease_does_not_undo_what_the_next_one_recorded(
    aws: Settings, clock: Clock
) -> None:
    wired = platform(aws, clock)
    entries = wired.notifier.entries
    record(wired, notification(TOPIC))
    late = entries.claim(ID, "topic")
    clock.pass_by(LEASE + timedelta(seconds=1))
    wired.notifier.deliver([ID])

    assert late is not None
    assert not entries.postpone(late, clock.now, "too late")
    assert not entries.give_up(late, "too late")
    assert states(wired) == {f"{ID} topic": "sent"}
