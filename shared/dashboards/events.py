"""The event that a dashboard was changed or deleted, for open connections."""

from shared.runtime.resources import EventType

DASHBOARD_CHANGED = EventType(source="tally.dashboards", detail_type="dashboard changed")
"""Its detail is `{dashboard_id, change}`; `change` is `updated` or `deleted`. It may be published more than once."""
