"""Tries a rule on the past: the alerts that it would have raised, by the judge of live evaluations."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.alerts.judge import Change, Transition, judge
from shared.alerts.models import AlertRuleRequest, PreviewedAlert, RuleDefinition, RulePreviewResponse
from shared.alerts.readings.observer import question_count
from shared.alerts.state import RuleState, group_of
from shared.alerts.stored_rule import StoredRule
from shared.alerts.windows import ends
from shared.fraud.steps import floor
from shared.runtime.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.alerts.horizon import Horizons
    from shared.alerts.known_names import KnownNames
    from shared.alerts.readings.observer import Observer
    from shared.runtime.models import Clock
    from shared.runtime.query_metadata import TimeRange

MOST_WINDOWS, MOST_QUESTIONS = 5000, 100
_RANGE = "time_range"


@dataclass(frozen=True, kw_only=True)
class BackTest:
    """Judges the windows of a rule that end in a range of time."""

    observer: "Observer"
    horizons: "Horizons"
    names: "KnownNames"
    clock: "Clock"

    def preview(self, request: AlertRuleRequest, asked: "TimeRange") -> RulePreviewResponse:
        """Return the alerts that a rule would have raised in a range.

        Raises:
            InvalidRequest: it names what does not exist, has no history, or there are too many windows.
        """
        self.names.check(request, prefix="rule.")
        rule = _rule(request, asked.start)
        _check_history(rule)
        horizon = self.horizons.at(self.clock(), [rule])
        until = min(asked.end, horizon.until(rule) or asked.start)
        judged = _windows(rule, asked.start, until)
        observed = self.observer.of_pass().observe(rule, judged, horizon.since(rule)) if judged else {}
        state, transitions, reasons = RuleState(), list[Transition](), Counter[str]()
        for end in judged:
            found = judge(rule, state, end, observed[end], end)
            state = found.state
            transitions += found.transitions
            reasons.update(found.not_evaluated)
        return RulePreviewResponse(alerts=_alerts(transitions), windows=len(judged), not_evaluated=dict(reasons))


def _rule(request: AlertRuleRequest, at: datetime) -> StoredRule:
    fields = {name: getattr(request, name) for name in RuleDefinition.model_fields}
    return StoredRule(
        rule_id="preview",
        definition=RuleDefinition.model_construct(**fields),
        version=1,
        revision=0,
        created_at=at,
        created_by="",
        updated_at=at,
    )


def _check_history(rule: StoredRule) -> None:
    if not rule.subject.traits.has_history:
        message = "has no history that a rule could be tried on: only its present value is known"
        raise _invalid("rule.metric", message)


def _windows(rule: StoredRule, start: datetime, until: datetime) -> "Sequence[datetime]":
    """Return the ends of the windows to judge, the end of the range included.

    Raises:
        InvalidRequest: they are too many, or take too many questions.
    """
    count = max(0, (floor(until, rule.step) - floor(start, rule.step)) // rule.step)
    if count > MOST_WINDOWS:
        raise _invalid(_RANGE, f"has {count} windows; at most {MOST_WINDOWS} are judged. Choose a shorter range")
    found = list(ends(start, until, rule.step))
    questions = question_count(rule, found) if found else 0
    if questions > MOST_QUESTIONS:
        message = f"takes {questions} questions, at most {MOST_QUESTIONS}. Choose a shorter range"
        raise _invalid(_RANGE, message)
    return found


def _invalid(field: str, message: str) -> InvalidRequest:
    return InvalidRequest("Request validation failed", field_errors=[FieldError(field, message)])


def _alerts(transitions: "Sequence[Transition]") -> list[PreviewedAlert]:
    """Return the alerts of transitions, with their last peak."""
    found: dict[str, PreviewedAlert] = {}
    for each in transitions:
        found[each.alert.alert_id] = PreviewedAlert(
            fired_at=each.alert.fired_at,
            cleared_at=each.at if each.change is Change.CLEARED else None,
            peak_value=each.alert.peak,
            group=group_of(each.key),
        )
    return sorted(found.values(), key=lambda each: (each.fired_at, each.group or ""))
