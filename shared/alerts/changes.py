"""Changes alerts: each change is one transaction of the alert, the state of its rule, and the notification of it.

The transaction fails if the rule, its state or the alert has changed since it was read. So only one of two concurrent
evaluations takes effect, a rule that was edited meanwhile raises no alert, and a crash neither loses nor repeats a
notification.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.alerts.alert_store import AlertStore
from shared.alerts.default_rules import SYSTEM
from shared.alerts.events import publish
from shared.alerts.judge import Change, Transition
from shared.alerts.models import Alert, HistoryEntry
from shared.alerts.rule_store import AlertRuleStore, RuleChanged, StoredState
from shared.alerts.state import EVALUATION, RuleState, group_of
from shared.alerts.stored_alert import IllegalMove, StoredAlert
from shared.alerts.vocabulary import OPEN, AlertSeverity, AlertStatus
from shared.alerts.wording import EVALUATION_METRIC, description, notification, title
from shared.runtime.dynamodb import ConditionNotMet, transact
from shared.runtime.errors import NotFound, Unavailable
from shared.runtime.observability import logger
from shared.runtime.query_metadata import TimeRange
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_dynamodb import DynamoDBClient

    from shared.alerts.stored_rule import StoredRule
    from shared.events.bus import PlatformEvents
    from shared.notifications.outbox import Outbox
    from shared.runtime.models import Clock

_TRIES = 8
_FIRED, _ACKNOWLEDGED, _RESOLVED = "fired", "acknowledged", "resolved"


@dataclass(frozen=True, kw_only=True)
class AlertChanges:
    """Makes the changes of alerts."""

    dynamodb: "DynamoDBClient"
    alerts: AlertStore
    rules: AlertRuleStore
    outbox: "Outbox"
    events: "PlatformEvents"
    clock: "Clock"

    def apply(
        self, rule: "StoredRule", before: StoredState, state: RuleState, transition: Transition, reason: str | None
    ) -> StoredState:
        """Make what an evaluation found the alert of a group, and store the state with it.

        Args:
            rule: the rule as it was read.
            before: its state as it was read.
            state: its next state, which has that of the group.
            transition: what was found.
            reason: why evaluations fail, of an alert about that.

        Raises:
            RuleChanged: the rule, its state or the alert was changed meanwhile.
        """
        is_silenced = rule.is_silenced(self.clock())
        writes, changed, told = self._change_of(rule, transition, reason, is_silenced=is_silenced)
        guards = [self.rules.unchanged(rule), self.rules.state_put(rule.rule_id, before, state)]
        is_told = changed.is_announced and not is_silenced
        self._commit([*guards, *writes], changed, told if is_told else None)
        publish(self.events, changed.alert)
        return before.changed(state)

    def announce(self, rule: "StoredRule", found: StoredAlert) -> None:
        """Notify of an open alert that was raised during a silence; if anything was changed meanwhile, next time."""
        changed = replace(found, is_announced=True)
        try:
            self._commit([self.rules.unchanged(rule), *self.alerts.changing(found, changed)], changed, _FIRED)
        except RuleChanged:
            logger().info("an alert changed before it was announced", extra={"alert_id": found.alert.alert_id})

    def acknowledge(self, alert_id: str, by: str, note: str | None) -> Alert:
        """Acknowledge an alert, or return it as it was acknowledged first.

        Raises:
            NotFound: it does not exist.
            IllegalMove: it is resolved.
            Unavailable: others kept changing it.
        """

        def acknowledge(found: StoredAlert) -> Alert:
            if found.alert.status is AlertStatus.ACKNOWLEDGED:
                return found.alert
            changed = found.acknowledged(self.clock(), by, note)
            is_told = found.is_announced and not self._is_silenced(found)
            self._commit(self.alerts.changing(found, changed), changed, _ACKNOWLEDGED if is_told else None)
            publish(self.events, changed.alert)
            return changed.alert

        return self._retry(alert_id, acknowledge)

    def resolve(self, alert_id: str, by: str, note: str | None) -> Alert:
        """Resolve an alert; if the condition still holds in a later window, that raises another one.

        Raises:
            NotFound: it does not exist.
            IllegalMove: it is resolved already.
            Unavailable: others kept changing it.
        """

        def resolve(found: StoredAlert) -> Alert:
            changed = found.resolved(self.clock(), by, note)
            writes = [*self.alerts.closing(found, changed), *self._closing_state(found)]
            is_told = found.is_announced and not self._is_silenced(found)
            self._commit(writes, changed, _RESOLVED if is_told else None)
            publish(self.events, changed.alert)
            return changed.alert

        return self._retry(alert_id, resolve)

    def resolve_as_system(self, alert_id: str, note: str) -> None:
        """Resolve an alert whose rule was changed, unless somebody else does."""
        with suppress(IllegalMove, NotFound):
            self.resolve(alert_id, SYSTEM, note)

    def _closing_state(self, found: StoredAlert) -> list[dict[str, Any]]:
        """Return the write that takes an alert out of the state of its rule, if it is in there."""
        rule_id, before = found.alert.rule_id, self.rules.state(found.alert.rule_id)
        group = before.state.group(found.key)
        if group.alert is None or group.alert.alert_id != found.alert.alert_id:
            return []
        held_at = before.state.last_end or group.alert.fired_at
        state = before.state.with_group(found.key, group.closed(held_at, held=True))
        return [self.rules.state_put(rule_id, before, replace(state, failures=0))]

    def _made(
        self, rule: "StoredRule", transition: Transition, reason: str | None, *, is_announced: bool
    ) -> StoredAlert:
        now, definition, is_own = self.clock(), rule.definition, transition.key == EVALUATION
        length = definition.window if rule.subject.traits.has_history and not is_own else now - now
        alert = Alert(
            alert_id=transition.alert.alert_id,
            title=title(rule, transition),
            description=description(rule, transition, reason),
            severity=AlertSeverity.HIGH if is_own else definition.severity,
            status=AlertStatus.ACTIVE,
            metric_type=EVALUATION_METRIC if is_own else definition.metric,
            threshold_value=transition.threshold,
            current_value=transition.value,
            created_at=now,
            rule_id=rule.rule_id,
            group=group_of(transition.key),
            window=TimeRange(start=transition.at - length, end=transition.at),
            fired_at=transition.at,
            last_evaluated_at=now,
            peak_value=transition.value,
            history=[HistoryEntry(at=now, status=AlertStatus.ACTIVE, by=SYSTEM)],
            previous_alert_id=transition.previous_alert_id,
        )
        return StoredAlert(
            alert=alert,
            key=transition.key,
            rule_version=rule.version,
            targets=definition.notify,
            is_announced=is_announced,
        )

    def _change_of(
        self, rule: "StoredRule", transition: Transition, reason: str | None, *, is_silenced: bool
    ) -> tuple[list[dict[str, Any]], StoredAlert, str | None]:
        """Return the writes of a change, the changed alert, and the event to notify of, if any."""
        if transition.change is Change.FIRED:
            made = self._made(rule, transition, reason, is_announced=not is_silenced)
            return self.alerts.adding(made), made, _FIRED
        found = self.alerts.find(transition.alert.alert_id)
        if found is None or found.alert.status not in OPEN:
            raise RuleChanged(rule.rule_id)
        now = self.clock()
        changed = found.updated(current_value=transition.value, last_evaluated_at=now, peak_value=transition.alert.peak)
        if transition.change is Change.CLEARED:
            resolved = changed.resolved(now, SYSTEM, None, cleared_at=transition.at)
            return self.alerts.closing(found, resolved), resolved, _RESOLVED
        return self.alerts.changing(found, changed), changed, None

    def _is_silenced(self, found: StoredAlert) -> bool:
        rule = self.rules.find(found.alert.rule_id)
        return rule is not None and rule.is_silenced(self.clock())

    def _commit(self, writes: list[dict[str, Any]], changed: StoredAlert, told: str | None) -> None:
        """Make the writes together with the notification of a change, and have it sent.

        Raises:
            RuleChanged: something is not what was read.
        """
        message = None if told is None or not changed.targets else notification(changed, told)
        try:
            transact(self.dynamodb, [*writes, *(self.outbox.items(message) if message else ())])
        except ConditionNotMet:
            raise RuleChanged(changed.alert.rule_id) from None
        if message:
            self.outbox.send([message.id])

    def _retry(self, alert_id: str, change: "Callable[[StoredAlert], Alert]") -> Alert:
        for _ in retry(_TRIES):
            found = self.alerts.find(alert_id)
            if found is None:
                raise NotFound(f"The alert {alert_id!r} does not exist")
            try:
                return change(found)
            except RuleChanged:
                continue
        raise Unavailable("The alert keeps changing; retry later", retry_after=1)
