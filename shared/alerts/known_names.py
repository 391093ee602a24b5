"""Checks that what a rule names exists, features and sources, and that its webhooks do not point inside."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.alerts.subjects import Kind, Subject
from shared.drift.question import DriftQuestion
from shared.fraud.steps import floor
from shared.runtime.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from shared.alerts.models import RuleDefinition
    from shared.drift.reports import DriftReports
    from shared.notifications.addresses import WebhookAddresses
    from shared.runtime.models import Clock

OWN_FEATURES = ("score", "amount")
"""Fields of decisions that drift as features do; every decision may have them."""

_DAY = timedelta(days=1)
_RECENT = 30 * _DAY
_MOST_NAMED = 50


@dataclass(frozen=True, kw_only=True)
class KnownNames:
    """Knows the features of recent decisions, the sources, and where webhooks may point."""

    drift: "DriftReports"
    source_ids: Callable[[], Iterable[str]]
    addresses: "WebhookAddresses"
    clock: "Clock"

    def check(self, rule: "RuleDefinition", prefix: str = "") -> None:
        """Check the names in a rule; `prefix` precedes the fields that an error names.

        Raises:
            InvalidRequest: a feature or source is unknown, or a webhook points into a private network.
        """
        faults = [FieldError(f"{prefix}{each.field}", each.message, each.rejected_value) for each in self._find(rule)]
        if faults:
            raise InvalidRequest("Request validation failed", field_errors=faults)

    def _find(self, rule: "RuleDefinition") -> Iterator[FieldError]:
        subject = Subject.parse(rule.metric)
        if subject.kind is Kind.DRIFT and subject.name not in OWN_FEATURES:
            known = self._features()
            if subject.name not in known:
                message = f"names an unknown feature; known are {', '.join(known[:_MOST_NAMED])}"
                yield FieldError("metric", message, rule.metric)
        if subject.kind is Kind.SILENCE:
            yield from self._unknown_source("metric", subject.name)
        if subject.kind is Kind.QUALITY:
            for source_id in rule.filters.get("source_id", ()):
                yield from self._unknown_source("filters.source_id", source_id)
        yield from self.addresses.check(rule.notify, "notify")

    def _unknown_source(self, field: str, source_id: str) -> Iterator[FieldError]:
        known = list(self.source_ids())
        if source_id not in known:
            named = ", ".join(known[:_MOST_NAMED]) or "none, because nothing was delivered yet"
            yield FieldError(field, f"names an unknown source; known are {named}", source_id)

    def _features(self) -> list[str]:
        end = floor(self.clock(), _DAY) + _DAY
        report = self.drift.drift(DriftQuestion(start=end - _RECENT, end=end))
        return sorted({*OWN_FEATURES, *(each.feature_name for each in report.drift_metrics)})
