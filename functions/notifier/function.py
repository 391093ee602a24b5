"""Declares the function `notifier`."""

from functions.declaration import Access, QueueTrigger, TriggeredFunction
from shared.notifications.outbox import OUTBOX_TABLE
from shared.notifications.queue import NOTIFICATION_QUEUE
from shared.notifications.topic import NOTIFICATION_TOPIC

FUNCTION = TriggeredFunction(
    name="notifier",
    description="Delivers notifications to the topic and to webhooks.",
    memory_mb=512,
    timeout_seconds=120,
    trigger=QueueTrigger(queue=NOTIFICATION_QUEUE, batch_size=10, window_seconds=0, maximum_concurrency=10),
    reads=(Access(OUTBOX_TABLE),),
    writes=(Access(OUTBOX_TABLE), Access(NOTIFICATION_TOPIC), Access(NOTIFICATION_QUEUE)),
)
