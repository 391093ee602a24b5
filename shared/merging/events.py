"""The event that a table was committed to, for alerts, pushes and caches."""

from typing import TYPE_CHECKING

import orjson

from shared.runtime.resources import EventBus

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

    from shared.lake.merge.cycle import MergeResult

EVENT_BUS = EventBus("event_bus")

SOURCE, DETAIL_TYPE = "tally.lake", "table committed"
_MOST_NAMES = 100


class MergeEvents:
    """Publishes merges on the event bus.

    `restated` lists days that changed after their maturity, so that consumers that took them as final correct them;
    lists are cut after 100 names, and `day_count` and `delivery_count` are the whole numbers.
    """

    def __init__(self, events: "EventBridgeClient", bus: str) -> None:
        self._events = events
        self._bus = bus

    def publish(self, merged: "MergeResult") -> None:
        """Publish what a merge changed.

        Raises:
            ConnectionError: the bus rejected the event; the merge is repeated and publishes again.
        """
        entry = {"Source": SOURCE, "DetailType": DETAIL_TYPE, "EventBusName": self._bus, "Detail": _detail(merged)}
        answer = self._events.put_events(Entries=[entry])  # type: ignore[list-item] # a dictionary of its fields
        if answer["FailedEntryCount"]:
            raise ConnectionError("the event bus rejected the event of a merge")


def _detail(merged: "MergeResult") -> str:
    restated = sorted({day for days in merged.restated.values() for day in days})
    detail = {
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
    return orjson.dumps(detail).decode()
