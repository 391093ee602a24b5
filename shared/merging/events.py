"""The event that a partition was merged, for alerts, pushes and caches."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from shared.runtime.resources import EventBus

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

    from shared.lake.partition import MergeResult

EVENT_BUS = EventBus("event_bus")

SOURCE, DETAIL_TYPE = "tally.lake", "partition merged"
_PER_CALL = 10
_MOST_NAMES = 100


class MergeEvents:
    """Publishes merges on the event bus.

    `restated` is true if the day changed after its maturity, so that consumers that took it as final correct it.
    """

    def __init__(self, events: "EventBridgeClient", bus: str) -> None:
        self._events = events
        self._bus = bus

    def publish(self, merged: Sequence["MergeResult"]) -> None:
        """Publish the row count and the new deliveries of each partition.

        Raises:
            ConnectionError: the bus rejected an event; the merge is repeated and publishes again.
        """
        for start in range(0, len(merged), _PER_CALL):
            answer = self._events.put_events(
                Entries=[
                    {"Source": SOURCE, "DetailType": DETAIL_TYPE, "EventBusName": self._bus, "Detail": _detail(each)}
                    for each in merged[start : start + _PER_CALL]
                ]
            )
            if answer["FailedEntryCount"]:
                raise ConnectionError(f"the event bus rejected {answer['FailedEntryCount']} events")


def _detail(merged: "MergeResult") -> str:
    detail = {
        "data_type": merged.partition.data_type,
        "day": merged.partition.day,
        "rows": merged.rows,
        "deliveries": len(merged.merged),
        "fates": merged.outcomes,
        "restated": bool(merged.restated_by),
        "restated_by": list(merged.restated_by)[:_MOST_NAMES],
    }
    return orjson.dumps(detail).decode()
