"""The queue of what may have changed what clients see."""

from shared.alerts.events import ALERT_CHANGED
from shared.dashboards.events import DASHBOARD_CHANGED
from shared.merging.events import TABLE_COMMITTED
from shared.pipelines.events import HEALTH_CHANGED
from shared.runtime.resources import Queue

PUSH_QUEUE = Queue(
    "push_queue",
    visibility_seconds=720,
    max_receives=3,
    fed_by_events=(TABLE_COMMITTED, ALERT_CHANGED, HEALTH_CHANGED, DASHBOARD_CHANGED),
    fed_every_minutes=1,
)
