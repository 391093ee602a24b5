"""The words of rules and alerts. Pure."""

from enum import StrEnum

MOST_GROUPS = 50
"""Groups of a rule that are judged by themselves."""

DEFAULT_K = 8.0
"""How many robust standard deviations from the median an anomaly is, unless the rule says otherwise."""


class AlertSeverity(StrEnum):
    """How serious an alert is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class AlertStatus(StrEnum):
    """The status of an alert; active and acknowledged alerts are open."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


OPEN = (AlertStatus.ACTIVE, AlertStatus.ACKNOWLEDGED)


class ConditionType(StrEnum):
    """The kinds of conditions."""

    ABOVE = "above"
    BELOW = "below"
    OUTSIDE = "outside"
    CHANGE_ABOVE = "change_above"
    CHANGE_BELOW = "change_below"
    ANOMALY = "anomaly"


CHANGES = (ConditionType.CHANGE_ABOVE, ConditionType.CHANGE_BELOW)


class Against(StrEnum):
    """What a change is measured against."""

    PREVIOUS = "previous"
    WEEK_BEFORE = "week_before"


class NoData(StrEnum):
    """What a window without a value does."""

    IGNORE = "ignore"
    FIRE = "fire"
    RESOLVE = "resolve"
