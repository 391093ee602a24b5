"""The queue of what may have changed what clients see."""

from shared.alerts.events import ALERT_CHANGED
from shared.currency.events import RATES_LOADED
from shared.customers.events import CUSTOMERS_COMPUTED
from shared.dashboards.events import DASHBOARD_CHANGED, WIDGET_ANSWERED
from shared.merging.events import TABLE_COMMITTED, TABLE_RESTATED
from shared.pipelines.events import HEALTH_CHANGED
from shared.quality.events import QUALITY_CHANGED
from shared.runtime.resources import Queue

PUSH_QUEUE = Queue(
    "push_queue",
    visibility_seconds=720,
    max_receives=3,
    fed_by_events=(
        TABLE_COMMITTED,
        TABLE_RESTATED,
        ALERT_CHANGED,
        HEALTH_CHANGED,
        DASHBOARD_CHANGED,
        CUSTOMERS_COMPUTED,
        QUALITY_CHANGED,
        RATES_LOADED,
        WIDGET_ANSWERED,
    ),
    fed_every_minutes=1,
)
