"""A rule as it is stored and evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from shared.alerts.models import AlertRule, RuleDefinition, Silence
from shared.alerts.subjects import Subject
from shared.notifications.models import shown


@dataclass(frozen=True, kw_only=True)
class StoredRule:
    """A rule with what is known of it beside its definition.

    Attributes:
        rule_id: its id.
        definition: what it says; webhooks have their secrets.
        version: number of the definition, from 1.
        revision: number of the change, silences included; 0 of a rule that came with the platform and is not stored.
    """

    rule_id: str
    definition: RuleDefinition
    version: int
    revision: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    silence: Silence | None = None

    @cached_property
    def subject(self) -> Subject:
        """What the rule is about."""
        return Subject.parse(self.definition.metric)

    @property
    def step(self) -> timedelta:
        """The distance between the ends of its windows: `evaluate_every`, rounded up to the grain of the data."""
        every = self.definition.evaluate_every
        if self.definition.use_provisional or not self.subject.traits.has_history:
            return every
        grain = self.subject.traits.grain
        return -(-every // grain) * grain

    def is_silenced(self, now: datetime) -> bool:
        """Whether it notifies nobody at present."""
        return self.silence is not None and now < self.silence.until

    def model(self, now: datetime, new_secrets: Mapping[str, str] | None = None) -> AlertRule:
        """Return the rule as responses have it."""
        fields = {name: getattr(self.definition, name) for name in RuleDefinition.model_fields}
        return AlertRule(
            **{
                **fields,
                "rule_id": self.rule_id,
                "notify": shown(self.definition.notify, new_secrets),
                "created_at": self.created_at,
                "created_by": self.created_by,
                "updated_at": self.updated_at,
                "version": self.version,
                "silenced": self.silence if self.is_silenced(now) else None,
            }
        )
