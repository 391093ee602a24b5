"""Records notifications in the transaction of the change that they are about, and wakes the notifier afterwards."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.notifications.models import Notification, NotificationTarget, WebhookTarget, stored
from shared.runtime.dynamodb import serialize
from shared.runtime.index_queries import shard_of
from shared.runtime.models import sortable
from shared.runtime.observability import logger
from shared.runtime.resources import Index, Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef
    from types_boto3_sqs import SQSClient

    from shared.runtime.models import Clock

BY_TURN = Index(name="due", partition_key="due", sort_key="due_at")
BY_DEATH = Index(name="dead", partition_key="dead", sort_key="died_at")
OUTBOX_TABLE = Table(
    "outbox",
    writes=Write.PUT | Write.UPDATE,
    partition_key="notification_id",
    sort_key="target",
    indexes=(BY_TURN, BY_DEATH),
    expires_by="expires_at",
)

DUE, DEAD = "due", "dead"
"""The values of the keys of the two sparse indexes, before they are divided by notification."""

_PER_SEND = 10


class Outbox:
    """The side of the outbox that those use who change something."""

    def __init__(self, table: str, sqs: "SQSClient", queue_url: str, clock: "Clock") -> None:
        self._table = table
        self._sqs = sqs
        self._queue_url = queue_url
        self._clock = clock

    def items(self, notification: Notification) -> "list[TransactWriteItemTypeDef]":
        """Return the writes that belong in the transaction of the change: one for each target.

        If the notification was recorded before, their condition fails, and the transaction with it.
        """
        now = sortable(self._clock())
        return [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": serialize(_item(notification, target, now)),
                    "ConditionExpression": "attribute_not_exists(notification_id)",
                }
            }
            for target in dict.fromkeys(notification.targets)
        ]

    def send(self, ids: Iterable[str]) -> None:
        """Ask the notifier to deliver notifications now; call it after the transaction.

        It never fails: the notifier finds what it was not told of within a minute.
        """
        bodies = [orjson.dumps({"notification_id": each}).decode() for each in dict.fromkeys(ids)]
        for start in range(0, len(bodies), _PER_SEND):
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + _PER_SEND])]
            try:
                self._sqs.send_message_batch(QueueUrl=self._queue_url, Entries=entries)  # type: ignore[arg-type] # dictionaries of its fields
            except (BotoCoreError, ClientError) as error:
                logger().warning("the notifier was not told; it will find the notifications itself", exc_info=error)
                return


def _item(notification: Notification, target: NotificationTarget, now: str) -> dict[str, Any]:
    return {
        "notification_id": notification.id,
        "target": target_key(target),
        "to": stored(target),
        "subject": notification.subject,
        "body": notification.body,
        "data": orjson.dumps(notification.data).decode(),
        "attributes": dict(notification.attributes),
        "state": "waiting",
        "attempts": 0,
        "created_at": now,
        "due": shard_of(DUE, notification.id),
        "due_at": now,
    }


def target_key(target: NotificationTarget) -> str:
    """Return the sort key of the entry for a target; URLs may be too long for one."""
    if isinstance(target, WebhookTarget):
        return f"webhook:{hashlib.sha256(target.url.encode()).hexdigest()}"
    return target.type
