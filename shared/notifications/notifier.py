"""Delivers the entries of the outbox, each once unless a notifier dies between delivering it and recording that.

A repetition then has the same id and body, so receivers that drop repeated ids get each notification exactly once.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from shared.notifications.addresses import AddressRefused
from shared.notifications.models import TopicTarget, from_store
from shared.notifications.retries import MOST_ATTEMPTS, Draw, next_attempt
from shared.notifications.webhooks import DeliveryFailed, WebhookGone
from shared.runtime.models import rfc3339
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.notifications.entries import Entries, Entry
    from shared.notifications.outbox import Outbox
    from shared.notifications.topic import NotificationTopic
    from shared.notifications.webhooks import Webhooks
    from shared.runtime.models import Clock

_AT_ONCE = 16
_MOST_SWEPT = 1_000


class Outcome(StrEnum):
    """What became of an entry in one run."""

    SENT = "sent"
    POSTPONED = "postponed"
    DEAD = "dead"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """Delivers notifications.

    Attributes:
        entries: the outbox.
        outbox: wakes further notifiers.
        topic, webhooks: where notifications go.
        clock: the current time.
        draw: draws the random part of waits.
    """

    entries: "Entries"
    outbox: "Outbox"
    topic: "NotificationTopic"
    webhooks: "Webhooks"
    clock: "Clock"
    draw: Draw = random.uniform

    def sweep(self) -> int:
        """Wake notifiers for the entries whose turn has come; return the number of notifications."""
        due = self.entries.due(_MOST_SWEPT)
        self.outbox.send(due)
        return len(due)

    def deliver(self, ids: Iterable[str], has_time: Callable[[], bool] = lambda: True) -> Mapping[Outcome, int]:
        """Deliver the entries of notifications side by side; what there is no time for is left to the next sweep.

        Raises:
            ClientError: DynamoDB does not respond; entries that were claimed are delivered again after their lease.
        """
        keys = [(each, target) for each in dict.fromkeys(ids) for target in self.entries.targets(each)]

        def attempt(key: tuple[str, str]) -> Outcome:
            entry = self.entries.claim(*key) if has_time() else None
            return Outcome.SKIPPED if entry is None else self._attempt(entry)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = [pool.submit(copy_context().run, attempt, key) for key in keys]
            found = [each.result() for each in outcomes]
        return {outcome: found.count(outcome) for outcome in Outcome}

    def _attempt(self, entry: "Entry") -> Outcome:
        if entry.attempts > MOST_ATTEMPTS:
            return self._give_up(entry, "no attempt came to an end")
        try:
            self._hand_over(entry)
        except WebhookGone as gone:
            return self._give_up(entry, str(gone))
        except Exception as failure:  # noqa: BLE001 # whatever one entry has must not hold up the others
            return self._postpone(entry, failure)
        self.entries.mark_sent(entry)
        return Outcome.SENT

    def _hand_over(self, entry: "Entry") -> None:
        content = entry.content
        (target,) = from_store([content["to"]])
        if isinstance(target, TopicTarget):
            self.topic.publish(entry.notification_id, content["subject"], content["body"], content["attributes"])
        elif target.secret is not None:
            self.webhooks.post(target.url, target.secret.get_secret_value(), entry.notification_id, _body(entry))
        else:
            raise ValueError("the webhook has no secret to sign with")

    def _postpone(self, entry: "Entry", failure: Exception) -> Outcome:
        until = next_attempt(entry.tried_since, entry.attempts, self.clock(), self.draw)
        if until is None:
            return self._give_up(entry, str(failure))
        unforeseen = None if isinstance(failure, DeliveryFailed | AddressRefused) else failure
        logger().warning("delivery failed", reason=str(failure), exc_info=unforeseen, **_named(entry))
        self.entries.postpone(entry, until, str(failure))
        return Outcome.POSTPONED

    def _give_up(self, entry: "Entry", reason: str) -> Outcome:
        logger().error("notification given up", reason=reason, **_named(entry))
        count("DeadNotifications")
        self.entries.give_up(entry, reason)
        return Outcome.DEAD


def _body(entry: "Entry") -> bytes:
    """Return what webhooks get: the same bytes at every attempt."""
    return orjson.dumps(
        {
            "id": entry.notification_id,
            "subject": entry.content["subject"],
            "body": entry.content["body"],
            "created_at": rfc3339(entry.created_at),
            "data": orjson.Fragment(entry.content["data"]),
        }
    )


def _named(entry: "Entry") -> dict[str, Any]:
    return {"notification_id": entry.notification_id, "target": entry.target, "attempts": entry.attempts}
