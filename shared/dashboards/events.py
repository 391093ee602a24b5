"""The events that a dashboard or the answer to a question of widgets has changed, for open connections."""

from shared.runtime.resources import EventType

DASHBOARD_CHANGED = EventType(source="tally.dashboards", detail_type="dashboard changed")
"""Its detail is `{dashboard_id, change}`; `change` is `updated` or `deleted`. It may be published more than once."""

WIDGET_ANSWERED = EventType(source="tally.dashboards", detail_type="widget answered")
"""An answer that took too long for a response is there, or cannot be had. Its detail is `{question_id}`."""
