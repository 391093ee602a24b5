"""Failed deliveries are repeated for a day, and then the notification is dead and seen."""

from datetime import datetime, timedelta
from itertools import pairwise

from shared.app.wiring import Wiring
from shared.notifications.notifier import Outcome
from shared.notifications.retries import MOST_ATTEMPTS
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.records import NOW
from tests.fakes.webhook_receiver import Reply, receiving
from tests.functions.notifier.platform import SECRET, entries, notification, platform, record, states, webhook

ID = "alert-1:fired"
STEP = timedelta(minutes=1)


def sweep_until(wired: Wiring, clock: Clock, end: datetime) -> list[Outcome]:
    """Let the notifier deliver whenever something is due."""
    found: list[Outcome] = []
    while (due := wired.notifier.entries.backlog().oldest_due) is not None and due < end:
        clock.now = max(clock.now, due)
        outcomes = wired.notifier.deliver(wired.notifier.entries.due(100))
        found += [outcome for outcome, number in outcomes.items() for _ in range(number)]
    return found


def test_a_receiver_that_fails_twice_gets_the_same_notification_after_growing_waits(
    aws: Settings, clock: Clock
) -> None:
    times: list[datetime] = []

    with receiving(Reply(500), Reply(503), Reply(200)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        record(wired, notification(webhook(receiver.authority)))
        while (due := wired.notifier.entries.backlog().oldest_due) is not None:
            for clock.now in (due - timedelta(seconds=1), due):
                before = len(receiver.received)
                wired.notifier.deliver(wired.notifier.entries.due(100))
                times += [clock.now] * (len(receiver.received) - before)

    first, second = (later - earlier for earlier, later in pairwise(times))
    assert timedelta(seconds=15) <= first <= timedelta(seconds=30)
    assert timedelta(seconds=30) <= second <= timedelta(seconds=60)
    assert receiver.ids == [ID] * 3
    assert len({each.body for each in receiver.received}) == 1
    stamps = [int(each.headers["tally-timestamp"]) for each in receiver.received]
    assert stamps == [int(each.timestamp()) for each in times]
    assert len({each.headers["tally-signature"] for each in receiver.received}) == 3
    assert states(wired) == {f"{ID} webhook": "sent"}


def test_a_message_about_an_entry_whose_turn_has_not_come_does_nothing(aws: Settings, clock: Clock) -> None:
    with receiving(Reply(500)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        record(wired, notification(webhook(receiver.authority)))
        outcomes = [wired.notifier.deliver([ID]) for _ in range(2)]

    assert [each[Outcome.SKIPPED] for each in outcomes] == [0, 1]
    assert len(receiver.received) == 1


def test_after_a_day_a_notification_is_dead_listed_with_the_reason_and_kept_for_two_weeks(
    aws: Settings, clock: Clock
) -> None:
    with receiving(Reply(503, body=b"maintenance")) as receiver:
        wired = platform(aws, clock, receiver.authority)
        record(wired, notification(webhook(receiver.authority)))
        found = sweep_until(wired, clock, NOW + timedelta(hours=25))

    assert found[-1] is Outcome.DEAD
    assert found.count(Outcome.DEAD) == 1
    assert 25 <= len(receiver.received) < MOST_ATTEMPTS
    (dead,) = wired.notifier.entries.dead()
    assert (dead["notification_id"], dead["last_error"]) == (ID, "the receiver answered 503: maintenance")
    backlog = wired.notifier.entries.backlog()
    assert (backlog.waiting, backlog.oldest_due, backlog.dead) == (0, None, 1)
    (entry,) = entries(wired)
    died = datetime.fromisoformat(dead["died_at"])
    assert timedelta(hours=23) <= died - NOW <= timedelta(hours=24)
    assert entry["expires_at"] == int((died + timedelta(days=14)).timestamp())
    assert SECRET not in str(entry)


def test_410_ends_the_attempts_at_once(aws: Settings, clock: Clock) -> None:
    with receiving(Reply(410)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        record(wired, notification(webhook(receiver.authority)))
        found = sweep_until(wired, clock, NOW + timedelta(hours=2))

    assert found == [Outcome.DEAD]
    assert len(receiver.received) == 1
    assert [each["last_error"] for each in wired.notifier.entries.dead()] == [
        "the receiver answered 410: it does not exist any longer"
    ]


def test_inner_addresses_that_reached_the_outbox_are_not_connected_to(aws: Settings, clock: Clock) -> None:
    with receiving() as receiver:
        wired = platform(aws, clock)
        record(wired, notification(webhook(receiver.authority), webhook("169.254.169.254", "/latest/meta-data/")))
        found = wired.notifier.deliver([ID])

    assert (found[Outcome.POSTPONED], receiver.received) == (2, [])
    assert {each["last_error"] for each in entries(wired)} == {"must begin with https://"}


def test_an_entry_whose_deliveries_end_the_process_is_given_up(aws: Settings, clock: Clock) -> None:
    with receiving() as receiver:
        wired = platform(aws, clock, receiver.authority)
        record(wired, notification(webhook(receiver.authority)))
        (target,) = wired.notifier.entries.targets(ID)
        for _ in range(MOST_ATTEMPTS):
            assert wired.notifier.entries.claim(ID, target) is not None
            clock.pass_by(timedelta(minutes=4))

        found = wired.notifier.deliver([ID])

    assert (found[Outcome.DEAD], receiver.received) == (1, [])


def test_what_is_waiting_is_counted_with_the_oldest_that_is_due(aws: Settings, clock: Clock) -> None:
    wired = platform(aws, clock)
    record(wired, notification(webhook("127.0.0.1:9"), name="alert-1:fired"))
    clock.pass_by(STEP)
    record(wired, notification(webhook("127.0.0.1:9"), name="alert-2:fired"))

    backlog = wired.notifier.entries.backlog()

    assert (backlog.waiting, backlog.oldest_due, backlog.dead) == (2, NOW, 0)
    assert wired.notifier.entries.due(1) == ["alert-1:fired"]
