"""Where the operators' handbook has the steps for an alarm."""

from enum import StrEnum


class Section(StrEnum):
    """The sections of docs/runbook.md that alarms point to, by their anchors."""

    FUNCTIONS = "functions-and-workflows"
    QUEUES = "queues-and-dead-letters"
    STREAMS = "streams"
    NOTIFICATIONS = "alerts-and-notifications"
    MERGES = "deliveries-and-merges"
    ROLLUPS = "roll-ups-and-maintenance"
    LATE_DATA = "late-data"
    ANSWERS = "queries-and-answers"
    QUOTAS = "quotas-and-throttling"
    KEYS = "compromised-keys"
    AUDIT_LOG = "the-audit-log"
