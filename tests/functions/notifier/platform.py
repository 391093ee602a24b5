"""Changes that are told of, and the topic and the outbox as their operators see them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import boto3
import orjson
from pydantic import SecretStr

from shared.app.wiring import Wiring
from shared.notifications.models import Notification, NotificationTarget, TopicTarget, WebhookTarget
from shared.notifications.outbox import OUTBOX_TABLE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.notifications.topic import NOTIFICATION_TOPIC
from shared.runtime.dynamodb import deserialize
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock

SECRET = "a-secret-of-the-receiver"
TOPIC = TopicTarget(type="topic")


def webhook(authority: str, path: str = "/") -> WebhookTarget:
    """A webhook on this machine."""
    return WebhookTarget(type="webhook", url=f"http://{authority}{path}", secret=SecretStr(SECRET))


def platform(aws: Settings, clock: Clock, *allowed: str) -> Wiring:
    """A platform whose webhooks may reach these inner targets."""
    return Wiring(replace(aws, webhooks_allowed=allowed), clock)


def notification(*targets: NotificationTarget, name: str = "alert-1:fired") -> Notification:
    """A notification as the alerts make it."""
    return Notification(
        id=name,
        subject="Revenue is below 100",
        body="Revenue was 93.50 USD between 10:00 and 11:00 UTC.",
        targets=targets,
        data={"alert_id": "alert-1", "value": 93.5},
        attributes={"severity": "high", "status": "active"},
    )


def record(wired: Wiring, *notifications: Notification) -> None:
    """Record notifications with their changes."""
    items = [item for each in notifications for item in wired.outbox.items(each)]
    boto3.client("dynamodb").transact_write_items(TransactItems=items)


def entries(wired: Wiring) -> list[dict[str, Any]]:
    """Everything in the outbox."""
    answer = boto3.client("dynamodb").scan(TableName=wired.name_of(OUTBOX_TABLE), ConsistentRead=True)
    return [deserialize(item) for item in answer["Items"]]


def states(wired: Wiring) -> dict[str, str]:
    """The state of each entry, by notification and kind of target; only for one target of a kind."""
    return {f"{each['notification_id']} {each['target'].partition(':')[0]}": each["state"] for each in entries(wired)}


class Subscriber:
    """A queue that is subscribed to the topic."""

    def __init__(self, wired: Wiring, only: dict[str, Sequence[str]] | None = None) -> None:
        self._url = boto3.client("sqs").create_queue(QueueName="tally-subscriber")["QueueUrl"]
        boto3.client("sns").subscribe(
            TopicArn=wired.name_of(NOTIFICATION_TOPIC),
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:us-east-1:{_account()}:tally-subscriber",
            Attributes={"FilterPolicy": orjson.dumps(only).decode()} if only else {},
        )

    def messages(self) -> list[dict[str, Any]]:
        """What has come since the last time."""
        answer = boto3.client("sqs").receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return [orjson.loads(each["Body"]) for each in answer.get("Messages", [])]


def waiting_messages(wired: Wiring) -> list[str]:
    """Take what waits in the notification queue."""
    sqs, url = boto3.client("sqs"), wired.name_of(NOTIFICATION_QUEUE)
    bodies: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [each["Body"] for each in messages]
    return bodies


def _account() -> str:
    account: str = boto3.client("sts").get_caller_identity()["Account"]
    return account
