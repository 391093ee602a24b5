"""The queues that start the merger and the roll-up job."""

from shared.runtime.resources import Queue

MERGE_QUEUE = Queue("merge_queue", visibility_seconds=720, max_receives=5, fed_by_prefix="incoming/")
ROLLUP_QUEUE = Queue("rollup_queue", visibility_seconds=5400, max_receives=5)
