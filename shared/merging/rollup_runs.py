"""Runs of the roll-up job that continue one another until all days are done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.lake.rollups.job import RollupJob
    from shared.merging.events import MergeEvents
    from shared.merging.requests import RollupRequests
    from shared.records.schema import DataType


@dataclass(frozen=True, kw_only=True)
class RollupRuns:
    """Runs the job, and requests another run for the days that a run has no time for."""

    job: "RollupJob"
    requests: "RollupRequests"
    events: "MergeEvents"

    def run(self, data_type: "DataType", has_time: Callable[[], bool]) -> None:
        """Compute the roll-ups of the days of a data type that changed.

        Before that, the job publishes labels and categories, which answers use at once, and an event says so. A
        repeated run publishes the event again until the days that they change are rolled up.

        Raises:
            Unavailable: other jobs kept computing the same roll-ups.
            TableUnreadable: a table is damaged.
        """
        done = self.job.run(data_type, has_time=has_time, on_restated=lambda: self.events.publish_restated(data_type))
        logger().info("rolled up", data_type=data_type, days=len(done.days), rows=done.rows, left=len(done.left))
        if done.left:
            self.requests.request(data_type)
