"""Declares the function `alert_evaluator`."""

from functions.access import ALERT_READS, ALERT_WRITES, PIPELINE_WATCHES
from functions.declaration import QueueTrigger, TriggeredFunction
from shared.alerts.queue import ALERT_QUEUE

FUNCTION = TriggeredFunction(
    name="alert_evaluator",
    description="Evaluates alert rules after commits and every minute.",
    memory_mb=1769,
    timeout_seconds=120,
    trigger=QueueTrigger(queue=ALERT_QUEUE, batch_size=100, window_seconds=1, maximum_concurrency=2),
    reads=ALERT_READS,
    writes=ALERT_WRITES,
    watches=PIPELINE_WATCHES,
)
