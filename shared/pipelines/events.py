"""The event that the status of a pipeline has changed."""

from shared.runtime.resources import EventType

HEALTH_CHANGED = EventType(source="tally.pipelines", detail_type="pipeline health changed")
"""Its detail: `{pipeline_id, status, previous_status}`."""
