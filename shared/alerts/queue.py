"""The queue that starts the evaluator: a message for every commit to a table, and one a minute from the clock."""

from shared.merging.events import TABLE_COMMITTED
from shared.runtime.resources import Queue

ALERT_QUEUE = Queue(
    "alert_queue", visibility_seconds=720, max_receives=5, fed_by_events=(TABLE_COMMITTED,), fed_every_minutes=1
)
