"""Creates, edits, silences and deletes rules.

An edit, also one that disables a rule, and a deletion resolve the open alerts of the rule: they were raised by what it
said before. If a crash comes between, the next evaluation resolves them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.alerts.models import LONGEST_SILENCE, AlertRuleRequest, RuleDefinition, Silence, SilenceRequest
from shared.alerts.rule_store import AlertRuleStore, RuleChanged
from shared.alerts.stored_rule import StoredRule
from shared.notifications.models import with_secrets
from shared.runtime.errors import Conflict, FieldError, InvalidRequest, Unavailable
from shared.runtime.retries import retry

if TYPE_CHECKING:
    from shared.alerts.alert_store import AlertStore
    from shared.alerts.changes import AlertChanges
    from shared.alerts.known_names import KnownNames
    from shared.runtime.models import Clock

MOST_RULES = 1000
_TRIES = 5
_STALE = "The rule was changed since it was read; read it and try again"
DELETED, DISABLED, EDITED = "The rule was deleted", "The rule was disabled", "The rule was changed"


@dataclass(frozen=True)
class ChangedRule:
    """A rule after a change, and the secrets that were made for its webhooks, by URL."""

    rule: StoredRule
    new_secrets: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RuleChanges:
    """Makes the changes of rules."""

    rules: AlertRuleStore
    alerts: "AlertStore"
    changes: "AlertChanges"
    names: "KnownNames"
    clock: "Clock"

    def create(self, request: AlertRuleRequest, by: str) -> ChangedRule:
        """Create a rule.

        Raises:
            InvalidRequest: it names a feature or source that does not exist.
            Conflict: there are too many rules.
        """
        self.names.check(request)
        if len(self.rules.list_all()) >= MOST_RULES:
            raise Conflict(f"There are {MOST_RULES} rules; delete one first")
        now = self.clock()
        definition, new = _definition(request, None)
        made = StoredRule(
            rule_id=f"rule-{uuid4().hex[:16]}",
            definition=definition,
            version=1,
            revision=0,
            created_at=now,
            created_by=by,
            updated_at=now,
        )
        return ChangedRule(self.rules.put(made), new)

    def replace(self, current: StoredRule, request: AlertRuleRequest) -> ChangedRule:
        """Replace what a rule says, and resolve its open alerts.

        A rule can be disabled although what it names is gone.

        Raises:
            InvalidRequest: it is enabled and names a feature or source that does not exist.
            Conflict: it was changed since it was read.
        """
        if request.enabled:
            self.names.check(request)
        definition, new = _definition(request, current)
        changed = replace(current, definition=definition, version=current.version + 1, updated_at=self.clock())
        try:
            made = self.rules.put(changed)
        except RuleChanged:
            raise Conflict(_STALE) from None
        self.tidy(made.rule_id, made)
        return ChangedRule(made, new)

    def delete(self, rule_id: str) -> StoredRule:
        """Delete a rule and resolve its open alerts; return it.

        Raises:
            NotFound: it does not exist.
            Unavailable: it keeps changing.
        """
        for _ in retry(_TRIES):
            rule = self.rules.get(rule_id)
            try:
                self.rules.delete(rule)
            except RuleChanged:
                continue
            self.tidy(rule_id, None)
            self.rules.delete_state(rule_id)
            return rule
        raise Unavailable("The rule keeps changing; retry later", retry_after=1)

    def silence(self, rule_id: str, request: SilenceRequest, by: str) -> StoredRule:
        """Silence a rule until a time, or end its silence; its version and its open alerts stay as they are.

        Raises:
            NotFound: it does not exist.
            InvalidRequest: the time is past or too far ahead.
            Unavailable: it keeps changing.
        """
        now, until = self.clock(), request.until
        if until is not None and not now < until <= now + LONGEST_SILENCE:
            message = f"must be in the future, at most {LONGEST_SILENCE.days} days ahead"
            raise InvalidRequest("Request validation failed", field_errors=[FieldError("until", message)])
        silence = None if until is None else Silence(until=until, reason=request.reason, by=by)
        for _ in retry(_TRIES):
            try:
                return self.rules.put(replace(self.rules.get(rule_id), silence=silence))
            except RuleChanged:
                continue
        raise Unavailable("The rule keeps changing; retry later", retry_after=1)

    def tidy(self, rule_id: str, rule: StoredRule | None) -> None:
        """Resolve the open alerts of a rule that it did not raise as it is now; None if it is deleted."""
        for found in self.alerts.list_open():
            if found.alert.rule_id == rule_id and (note := orphaned(found.rule_version, rule)):
                self.changes.resolve_as_system(found.alert.alert_id, note)


def orphaned(version: int, rule: StoredRule | None) -> str | None:
    """Return why an open alert that a version of a rule raised is to be resolved; None if it is not."""
    if rule is None:
        return DELETED
    if not rule.definition.enabled:
        return DISABLED
    return EDITED if rule.version != version else None


def _definition(request: AlertRuleRequest, former: StoredRule | None) -> tuple[RuleDefinition, Mapping[str, str]]:
    """Return what a request says, with a secret for each webhook, and the new ones of these by URL."""
    notify, new = with_secrets(request.notify, former.definition.notify if former else ())
    fields = {name: getattr(request, name) for name in RuleDefinition.model_fields}
    return RuleDefinition.model_construct(**{**fields, "notify": notify}), new
