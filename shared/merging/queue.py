"""The queue that starts the merger."""

from shared.runtime.resources import Queue

MERGE_QUEUE = Queue("merge_queue", visibility_seconds=720, max_receives=5, fed_by_prefix="incoming/")
