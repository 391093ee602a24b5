"""The notifier's side of the outbox: which entry is whose turn, and what became of it.

An entry is `waiting` until a notifier claims it. A claim is a lease: it ends with `sent`, `waiting` (to be tried again)
or `dead`, or, if the notifier dies, by itself.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.notifications.models import stored
from shared.notifications.outbox import BY_DEATH, BY_TURN, DEAD, DUE
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.index_queries import Within, query_shards, shard_of
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.notifications.models import NotificationTarget
    from shared.runtime.models import Clock
    from shared.runtime.resources import Index

LEASE = timedelta(minutes=3)
"""Longer than the notifier may run, so that nobody delivers what another one is still delivering."""

SENT_KEPT_FOR, DEAD_KEPT_FOR = timedelta(days=7), timedelta(days=14)
_LONGEST_REASON = 500
_A_DAY = timedelta(days=1)
_MOST_COUNTED = 2_000


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A notification for one target, claimed by a notifier.

    Attributes:
        notification_id, target: the key.
        content: the notification and its target as they are stored.
        created_at: when the change was recorded.
        tried_since: when the first attempt was due, or that after it was given up and revived.
        attempts: how often it was claimed since, this time included.
        claim: what only this notifier knows.
    """

    notification_id: str
    target: str
    content: Mapping[str, Any]
    created_at: datetime
    tried_since: datetime
    attempts: int
    claim: str


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What the outbox has; at most 2 000 entries of each kind are counted.

    Attributes:
        waiting: entries that are not delivered yet.
        oldest_due: when the turn of the most overdue of them came, or will come; None if none waits.
        dead: entries that were given up in the last two weeks.
        newly_dead: those of the last 24 hours.
    """

    waiting: int = 0
    oldest_due: datetime | None = None
    dead: int = 0
    newly_dead: int = 0


class Entries:
    """The entries of the outbox in DynamoDB."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def targets(self, notification_id: str) -> list[str]:
        """Return the targets of a notification that have not been served yet."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="notification_id = :id",
            FilterExpression="attribute_exists(due)",
            ProjectionExpression="target",
            ExpressionAttributeValues=serialize({":id": notification_id}),
            ConsistentRead=True,
        )
        return [deserialize(item)["target"] for page in pages for item in page["Items"]]

    def due(self, most: int) -> list[str]:
        """Return notifications with entries whose turn has come, the most overdue first."""
        until_now = Within("due_at <= :now", {":now": sortable(self._clock())})
        found = self._of_index(BY_TURN, DUE, until_now, ProjectionExpression="notification_id, due_at")
        return list(dict.fromkeys(each["notification_id"] for each in islice(found, most)))

    def claim(self, notification_id: str, target: str) -> Entry | None:
        """Claim an entry, unless another notifier has, or it is not its turn.

        The first attempt may come at any time, as clocks differ by milliseconds.
        """
        now, token = self._clock(), secrets.token_hex(8)
        values = {
            ":now": sortable(now),
            ":lease": sortable(now + LEASE),
            ":claimed": "claimed",
            ":token": token,
            ":one": 1,
            ":zero": 0,
        }
        change = "SET #state = :claimed, claim = :token, due_at = :lease, attempts = attempts + :one"
        condition = "attribute_exists(due) AND (due_at <= :now OR attempts = :zero)"
        item = self._update(notification_id, target, change, condition, values)
        if item is None:
            return None
        return Entry(
            notification_id=notification_id,
            target=target,
            content=item,
            created_at=datetime.fromisoformat(item["created_at"]),
            tried_since=datetime.fromisoformat(item.get("tried_since", item["created_at"])),
            attempts=int(item["attempts"]),
            claim=token,
        )

    def mark_sent(self, entry: Entry) -> bool:
        """Record that an entry is delivered; its secret is removed, and a week later the rest.

        Returns:
            Whether the claim was still valid, as of all marks.
        """
        now = self._clock()
        return self._settle(
            entry,
            "SET #state = :state, sent_at = :now, expires_at = :expires REMOVE due, due_at, claim, #to.secret",
            {":state": "sent", ":now": sortable(now), ":expires": int((now + SENT_KEPT_FOR).timestamp())},
        )

    def postpone(self, entry: Entry, until: datetime, reason: str) -> bool:
        """Record that a delivery failed and is to be repeated."""
        return self._settle(
            entry,
            "SET #state = :state, due_at = :until, last_error = :reason REMOVE claim",
            {":state": "waiting", ":until": sortable(until), ":reason": reason[:_LONGEST_REASON]},
        )

    def give_up(self, entry: Entry, reason: str) -> bool:
        """Record that an entry will not be delivered; it is listed among the dead for two weeks."""
        now = self._clock()
        return self._settle(
            entry,
            "SET #state = :state, dead = :dead, died_at = :now, last_error = :reason, expires_at = :expires "
            "REMOVE due, due_at, claim, #to.secret",
            {
                ":state": "dead",
                ":dead": shard_of(DEAD, entry.notification_id),
                ":now": sortable(now),
                ":reason": reason[:_LONGEST_REASON],
                ":expires": int((now + DEAD_KEPT_FOR).timestamp()),
            },
        )

    def revive(self, notification_id: str, target: str, to: "NotificationTarget") -> bool:
        """Let an entry that was given up be tried for another day, at a target with its secret.

        Returns:
            Whether it was still dead.
        """
        now = sortable(self._clock())
        change = (
            "SET #state = :state, #to = :to, attempts = :zero, tried_since = :now, due = :due, due_at = :now "
            "REMOVE dead, died_at, expires_at"
        )
        due = shard_of(DUE, notification_id)
        values = {":state": "waiting", ":to": stored(to), ":zero": 0, ":now": now, ":due": due}
        return self._update(notification_id, target, change, "attribute_exists(dead)", values) is not None

    def dead(self) -> Iterator[dict[str, Any]]:
        """Yield the entries that were given up, oldest first: id, target, subject, attributes, reason and when."""
        return self._of_index(
            BY_DEATH,
            DEAD,
            ProjectionExpression="notification_id, target, subject, #attributes, last_error, died_at, attempts",
            ExpressionAttributeNames={"#attributes": "attributes"},
        )

    def backlog(self) -> Backlog:
        """Count what waits and what is dead."""
        a_day_ago = sortable(self._clock() - _A_DAY)
        waiting = self._of_index(BY_TURN, DUE, ProjectionExpression="due_at")
        dead = self._of_index(BY_DEATH, DEAD, ProjectionExpression="died_at", ScanIndexForward=False)
        due = [datetime.fromisoformat(each["due_at"]) for each in islice(waiting, _MOST_COUNTED)]
        died = [each["died_at"] for each in islice(dead, _MOST_COUNTED)]
        return Backlog(
            waiting=len(due),
            oldest_due=due[0] if due else None,
            dead=len(died),
            newly_dead=sum(at > a_day_ago for at in died),
        )

    def _of_index(self, index: "Index", key: str, *within: Within, **more: Any) -> Iterator[dict[str, Any]]:
        return query_shards(self._dynamodb, self._table, index, key, *within, **more)

    def _settle(self, entry: Entry, change: str, values: Mapping[str, Any]) -> bool:
        """End a claim; a claim that ended by itself meanwhile is left to its next holder."""
        values = {**values, ":token": entry.claim}
        return self._update(entry.notification_id, entry.target, change, "claim = :token", values) is not None

    def _update(
        self, notification_id: str, target: str, change: str, condition: str, values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        words = {"#state": "state", "#to": "to"}
        try:
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key=serialize({"notification_id": notification_id, "target": target}),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={name: word for name, word in words.items() if name in change},
                ExpressionAttributeValues=serialize(values),
                ReturnValues="ALL_NEW",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return deserialize(answer["Attributes"])
