"""The event that a table was committed to, for alerts, pushes and caches."""

from typing import TYPE_CHECKING, Any

from shared.runtime.resources import EventType

if TYPE_CHECKING:
    from shared.events.bus import PlatformEvents
    from shared.lake.merge.cycle import MergeResult

TABLE_COMMITTED = EventType(source="tally.lake", detail_type="table committed")
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
