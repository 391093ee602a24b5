"""The event that an alert was raised, acknowledged or resolved, for dashboards and pushes."""

from typing import TYPE_CHECKING

from shared.runtime.resources import EventType

if TYPE_CHECKING:
    from shared.alerts.models import Alert
    from shared.events.bus import PlatformEvents

ALERT_CHANGED = EventType(source="tally.alerts", detail_type="alert changed")


def publish(events: "PlatformEvents", alert: "Alert") -> None:
    """Publish that an alert changed; if the bus rejects the event, the change stays and a warning is logged."""
    detail = {
        "alert_id": alert.alert_id,
        "rule_id": alert.rule_id,
        "status": alert.status,
        "severity": alert.severity,
    }
    events.try_publish(ALERT_CHANGED, detail)
