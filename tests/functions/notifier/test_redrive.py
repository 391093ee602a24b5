"""Notifications that were given up are sent once their rule is right again, and never to a target that it left."""

from dataclasses import replace
from datetime import timedelta

import boto3
import orjson
import pytest
from pydantic import SecretStr

from infra.admin.dead_letters import NOTIFICATIONS, DeadLetters
from infra.admin.dead_notifications import DeadNotifications, Redriven
from shared.alerts.default_rules import DEFAULT_RULES
from shared.app.wiring import Wiring
from shared.notifications.models import NotificationTarget, WebhookTarget
from shared.notifications.retries import GIVEN_UP_AFTER
from shared.notifications.webhooks import sign
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.records import NOW
from tests.fakes.webhook_receiver import Received, Reply, receiving
from tests.functions.notifier.platform import SECRET, TOPIC, entries, notification, platform, record, states, webhook

ID = "alert-1:fired"
RULE = DEFAULT_RULES[0]
NEW_SECRET = "the-secret-of-today"


def notify(wired: Wiring, *targets: NotificationTarget) -> None:
    """Let the rule notify these targets and no others."""
    known = wired.alert_rules.get(RULE.rule_id)
    definition = known.definition.model_copy(update={"notify": targets})
    wired.alert_rules.put(replace(known, definition=definition))


def give_up(wired: Wiring, *targets: NotificationTarget) -> None:
    """Record a notification of the rule, and let its receivers refuse it for good."""
    notify(wired, *targets)
    record(wired, replace(notification(*targets), attributes={"rule_id": RULE.rule_id}))
    wired.notifier.deliver([ID])
    assert wired.notifier.entries.backlog().dead == len(targets)


def commands(wired: Wiring) -> DeadLetters:
    """The commands without queues."""
    notifications = DeadNotifications(wired.notifier.entries, wired.alert_rules)
    return DeadLetters(boto3.client("sqs"), boto3.client("lambda"), {}, {}, notifications)


def signed_with(secret: str, url: str) -> WebhookTarget:
    """A webhook with a secret of its own."""
    return WebhookTarget(type="webhook", url=url, secret=SecretStr(secret))


def is_signed_with(secret: str, request: Received) -> bool:
    """Whether a request has the signature of its body with a secret."""
    timestamp = int(request.headers["tally-timestamp"])
    return request.headers["tally-signature"] == f"v1={sign(secret, timestamp, request.body)}"


def test_what_was_given_up_is_listed_with_its_reason(aws: Settings, clock: Clock) -> None:
    with receiving(Reply(410)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        give_up(wired, webhook(receiver.authority))

    assert dict(commands(wired).counts()) == {NOTIFICATIONS: 1}
    (line,) = map(orjson.loads, commands(wired).bodies(NOTIFICATIONS))
    assert (line["notification_id"], line["last_error"]) == (
        ID,
        "the receiver answered 410: it does not exist any longer",
    )
    assert SECRET not in str(line)


def test_a_redriven_notification_is_delivered_with_the_secret_that_the_rule_has_now(
    aws: Settings, clock: Clock
) -> None:
    with receiving(Reply(410), Reply(200)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        give_up(wired, webhook(receiver.authority))
        notify(wired, signed_with(NEW_SECRET, webhook(receiver.authority).url))

        assert commands(wired).redrive(NOTIFICATIONS) == Redriven(1)
        wired.notifier.deliver(wired.notifier.entries.due(100))

        assert is_signed_with(NEW_SECRET, receiver.received[-1])
    assert states(wired) == {f"{ID} webhook": "sent"}
    assert commands(wired).redrive(NOTIFICATIONS) == Redriven(0)


def test_a_redriven_notification_is_tried_for_another_day(aws: Settings, clock: Clock) -> None:
    with receiving(Reply(410), Reply(503)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        give_up(wired, webhook(receiver.authority))
        clock.pass_by(timedelta(days=10))
        commands(wired).redrive(NOTIFICATIONS)
        while (due := wired.notifier.entries.backlog().oldest_due) is not None:
            clock.now = max(clock.now, due)
            wired.notifier.deliver(wired.notifier.entries.due(100))

    assert clock.now - (NOW + timedelta(days=10)) > GIVEN_UP_AFTER - timedelta(hours=1)
    (entry,) = entries(wired)
    assert (entry["state"], entry["expires_at"] > clock.now.timestamp()) == ("dead", True)
    assert SECRET not in str(entry)


@pytest.mark.parametrize("is_deleted", [False, True], ids=["the rule notifies another", "the rule is deleted"])
def test_a_target_that_the_rule_does_not_notify_any_more_is_left(
    aws: Settings, clock: Clock, *, is_deleted: bool
) -> None:
    with receiving(Reply(410)) as receiver:
        wired = platform(aws, clock, receiver.authority)
        give_up(wired, webhook(receiver.authority))
        notify(wired, TOPIC)
        if is_deleted:
            wired.alert_rules.delete(wired.alert_rules.get(RULE.rule_id))

        assert commands(wired).redrive(NOTIFICATIONS) == Redriven(0, left=1)
        wired.notifier.deliver(wired.notifier.entries.due(100))

        assert len(receiver.received) == 1
    assert states(wired) == {f"{ID} webhook": "dead"}
