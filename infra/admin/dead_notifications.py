"""Reads the notifications that were given up, and has them delivered after all."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import orjson

from infra.admin.stage import Stage
from shared.alerts.rule_store import AlertRuleStore
from shared.notifications.entries import Entries
from shared.notifications.models import NotificationTarget
from shared.notifications.outbox import target_key
from shared.runtime.models import now

_SHOWN = 10
_FIELDS = ("notification_id", "target", "subject", "last_error", "attempts", "died_at")


@dataclass(frozen=True)
class Redriven:
    """How many messages are on their way again, and how many cannot be sent any more."""

    moved: int
    left: int = 0


@dataclass(frozen=True)
class DeadNotifications:
    """The notifications that were given up in the last two weeks, an entry for each target."""

    entries: Entries
    rules: AlertRuleStore

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """Return the notifications of a stage."""
        dynamodb = stage.client("dynamodb")
        return cls(
            Entries(dynamodb, stage.output("OutboxTableName"), now),
            AlertRuleStore(dynamodb, stage.output("AlertRulesTableName")),
        )

    def count(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self.entries.dead())

    def bodies(self) -> list[str]:
        """Return the oldest of them, at most ten, as lines of JSON."""
        return [orjson.dumps(_shown(each)).decode() for each in islice(self.entries.dead(), _SHOWN)]

    def redrive(self) -> Redriven:
        """Let the notifier try those again whose targets their rules still have, with the secrets of today.

        The secret of a webhook is not kept with a notification that was given up.
        """
        targets = {each.rule_id: each.definition.notify for each in self.rules.list_all()}
        moved = left = 0
        for entry in list(self.entries.dead()):
            target = _target(entry, targets.get(entry["attributes"].get("rule_id"), ()))
            if target is None:
                left += 1
            else:
                moved += self.entries.revive(entry["notification_id"], entry["target"], target)
        return Redriven(moved, left)


def _target(entry: Mapping[str, Any], targets: tuple[NotificationTarget, ...]) -> NotificationTarget | None:
    return next((each for each in targets if target_key(each) == entry["target"]), None)


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(entry[name]) for name in _FIELDS if name in entry}
