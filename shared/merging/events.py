"""The events that answers from a table may have changed, for alerts, pushes and caches."""

from typing import TYPE_CHECKING, Any

from shared.quality.events import QUALITY_CHANGED
from shared.runtime.resources import EventType

if TYPE_CHECKING:
    from shared.events.bus import PlatformEvents
    from shared.lake.merge.cycle import MergeResult
    from shared.records.schema import DataType

TABLE_COMMITTED = EventType(source="tally.lake", detail_type="table committed")

TABLE_RESTATED = EventType(source="tally.lake", detail_type="table restated")
"""Rows of a table mean something else without a commit to it: decisions by new labels, sales by new categories."""

_MOST_NAMES = 100


class MergeEvents:
    """Publishes merges on the event bus.

    `restated` lists days that changed after their maturity, so that consumers that took them as final correct them;
    lists are cut after 100 names, and `day_count` and `delivery_count` are the whole numbers.
    """

    def __init__(self, events: "PlatformEvents") -> None:
        self._events = events

    def publish(self, merged: "MergeResult") -> None:
        """Publish what a merge changed.

        Raises:
            ConnectionError: the bus rejected the event; the merge is repeated and publishes again.
        """
        self._events.publish(TABLE_COMMITTED, _detail(merged))

    def publish_counted(self, data_type: "DataType") -> None:
        """Publish that a merge has counted rows, none of which changed the table."""
        self._events.try_publish(QUALITY_CHANGED, {"data_type": data_type})

    def publish_restated(self, data_type: "DataType") -> None:
        """Publish that rows of a table mean something else.

        Raises:
            ConnectionError: the bus rejected the event.
        """
        self._events.publish(TABLE_RESTATED, {"data_type": data_type})


def _detail(merged: "MergeResult") -> dict[str, Any]:
    restated = sorted({day for days in merged.restated.values() for day in days})
    return {
        "data_type": merged.data_type,
        "snapshot": str(merged.snapshot.id),
        "rows": merged.snapshot.rows,
        "days": list(merged.days)[:_MOST_NAMES],
        "day_count": len(merged.days),
        "delivery_count": len(merged.merged),
        "outcomes": merged.outcomes,
        "restated": restated[:_MOST_NAMES],
        "restated_by": sorted(merged.restated)[:_MOST_NAMES],
    }
