"""What alerts and notifications say."""

from shared.alerts.judge import MOST_FAILURES, Transition
from shared.alerts.models import Alert, RuleDefinition
from shared.alerts.state import EVALUATION, group_of
from shared.alerts.stored_alert import StoredAlert
from shared.alerts.stored_rule import StoredRule
from shared.alerts.vocabulary import CHANGES, AlertStatus, ConditionType
from shared.notifications.models import Notification
from shared.runtime.durations import iso_8601
from shared.runtime.models import rfc3339

_LONGEST_REASON = 500
EVALUATION_METRIC = "evaluation"
NO_DATA = "There are no data"


def title(rule: StoredRule, transition: Transition) -> str:
    """Return the title of an alert."""
    name = rule.definition.name
    if transition.key == EVALUATION:
        return f"{name}: the rule cannot be evaluated"
    group = group_of(transition.key)
    return name if group is None else f"{name} ({group})"


def description(rule: StoredRule, transition: Transition, reason: str | None) -> str:
    """Return what an alert found, as one or two sentences."""
    if transition.key == EVALUATION:
        return f"{MOST_FAILURES} evaluations in a row failed: {(reason or 'unknown reason')[:_LONGEST_REASON]}"
    definition = rule.definition
    subject = definition.metric
    if rule.subject.traits.has_history:
        subject += f" over {iso_8601(definition.window)}"
    if transition.value is None:
        said = f"{NO_DATA} of {subject}"
    else:
        said = f"{subject} {_found(definition, transition.value, transition.threshold)}"
    return f"{said}. {definition.description}".strip()


def _found(definition: RuleDefinition, value: float, threshold: float) -> str:
    kind = definition.condition.type
    relation = "above" if value > threshold else "below"
    if kind in CHANGES:
        against = "that of the week before" if definition.condition.against == "week_before" else "the window before"
        return f"changed by {value:.4g} % against {against}, {relation} {threshold:g} %"
    usual = " usual for the hour of the week" if kind is ConditionType.ANOMALY else ""
    return f"is {value:.6g}, {relation} {threshold:.6g}{usual}"


def notification(stored: StoredAlert, change: str) -> Notification:
    """Return the notification of a change of an alert."""
    alert = stored.alert
    last = alert.history[-1]
    lines = [
        alert.description,
        "",
        f"Status: {alert.status}" + (f" by {last.by}" if alert.status is not AlertStatus.ACTIVE else ""),
        f"AlertSeverity: {alert.severity}",
        f"Value: {_number(alert)}, threshold {alert.threshold_value:.6g}",
        f"Window: {rfc3339(alert.window.start)} to {rfc3339(alert.window.end)}",
        *([f"Note: {last.note}"] if last.note else []),
        f"Alert {alert.alert_id} of rule {alert.rule_id}",
    ]
    return Notification(
        id=f"{alert.alert_id}:{change}",
        subject=" ".join(f"[{alert.severity}] {alert.title}: {change}".split()),
        body="\n".join(lines),
        targets=stored.targets,
        data={"change": change, "alert": alert.model_dump(mode="json")},
        attributes={"severity": alert.severity.value, "status": alert.status.value, "rule_id": alert.rule_id},
    )


def _number(alert: Alert) -> str:
    return "none" if alert.current_value is None else f"{alert.current_value:.6g}"
