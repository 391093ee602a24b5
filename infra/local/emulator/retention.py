"""MiniStack's retention of Kinesis records, mended: what comes after others have expired still reaches its function.

MiniStack drops records from the front of a shard's list, where its mappings know their place by number: after a day
they would look behind the end of the list, and skip as many records as have expired. Here the places move with the
list, and only while no mapping reads it.
"""

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped] # it ships no types


def patch() -> None:
    """Let records of this process expire without harm to later ones; before it serves anything."""
    kinesis._expire_records = _not_now  # noqa: SLF001 # no other door; its version is pinned
    lambda_svc._poll_kinesis = _expiring_first(lambda_svc._poll_kinesis)  # noqa: SLF001 # as above


def _not_now(_: Any) -> None:
    """Do nothing: this runs for a request, and another thread may be reading."""


def _expiring_first(poll: Callable[[], Any]) -> Callable[[], Any]:
    @wraps(poll)
    def expire_and_poll() -> Any:
        for stream in kinesis._streams.all_values():  # noqa: SLF001 # as above
            oldest = time.time() - stream["RetentionPeriodHours"] * 3600
            for name, shard in stream["shards"].items():
                _expire(stream["StreamARN"], name, shard, oldest)
        return poll()

    return expire_and_poll


def _expire(stream: str, name: str, shard: Mapping[str, Any], oldest: float) -> None:
    records = shard["records"]
    kept = (place for place, record in enumerate(records) if record["ApproximateArrivalTimestamp"] >= oldest)
    expired = next(kept, len(records))
    if expired:
        del records[:expired]  # in place: whoever puts a record at this moment has this list
        for mapping, positions in lambda_svc._kinesis_positions._data.items():  # noqa: SLF001 # as above
            if name in positions and lambda_svc._esms._data[mapping]["EventSourceArn"] == stream:  # noqa: SLF001
                positions[name] = max(0, positions[name] - expired)
