"""The queue that starts the notifier: messages that name notifications, and every minute one from the clock."""

from shared.runtime.resources import Queue

NOTIFICATION_QUEUE = Queue("notification_queue", visibility_seconds=720, max_receives=5, fed_every_minutes=1)
