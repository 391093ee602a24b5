"""Reads from DynamoDB how the sources have delivered, and which accepted rows are not merged yet."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from shared.ledger.arrival import LAGS
from shared.ledger.entry import Channel
from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize
from shared.sources.config_store import CONFIG
from shared.sources.freshness import Arrivals, Freshness, PendingRange
from shared.sources.stored_configuration import cadence_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.by_source import DeliveriesBySource

_COUNTED = ("loaded", "duplicate", "conflict", "quarantined")
_MOST_PENDING = 50
"""Deliveries of a source that are looked at for their event times; behind more, any time may be pending."""

_TYPE = "type#"
Facet = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ChannelArrivals:
    """The deliveries of one source and type so far, and the channel of the first one."""

    channel: Channel
    data_type: str
    arrivals: Arrivals


class SourceArrivals:
    """Tells how fresh data are from the deliveries of all sources."""

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, *, deliveries: Callable[[], "DeliveriesBySource"]
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._deliveries = deliveries

    def at_one_moment(self) -> "SourceArrivals":
        """Return the arrivals as they are when they are first asked for."""
        return _ArrivalsOfOneMoment(self._dynamodb, self._table, deliveries=self._deliveries)

    def by_channel(self) -> list["ChannelArrivals"]:
        """Return how each source has delivered each of its data types."""
        facets = self._facets()
        cadences = _cadences(facets)
        return [
            ChannelArrivals(
                channel=Channel(each["kind"]),
                data_type=each["facet"].removeprefix(_TYPE),
                arrivals=_arrivals(each, cadences.get(each["source_id"])),
            )
            for each in facets
            if each["facet"].startswith(_TYPE)
        ]

    def freshness(self, data_types: Collection[DataType], now: datetime) -> Mapping[DataType, Freshness]:
        """Return the freshness of each of some data types."""
        facets = self._facets()
        cadences = _cadences(facets)
        found: dict[DataType, Freshness] = {}
        for data_type in data_types:
            of_type = [each for each in facets if each["facet"] == f"{_TYPE}{data_type}"]
            arrivals = [_arrivals(each, cadences.get(each["source_id"])) for each in of_type]
            found[data_type] = Freshness.of(arrivals, self._pending(data_type, of_type), now)
        return found

    def _pending(self, data_type: DataType, facets: Sequence[Facet]) -> Iterator[PendingRange]:
        for facet in facets:
            in_flight = int(facet.get("received", 0)) - sum(int(facet.get(name, 0)) for name in _COUNTED)
            if in_flight > 0:
                yield from self._pending_of(facet["source_id"], data_type, in_flight)

    def _pending_of(self, source_id: str, data_type: DataType, in_flight: int) -> Iterator[PendingRange]:
        """Yield the event times of a source's rows in flight; all times if not all of the rows are found.

        The totals are read consistently, but the deliveries from an index that may lag behind.
        """
        latest = self._deliveries().latest(source_id, _MOST_PENDING)
        unfinished = [each for each in latest if each.data_type == data_type and each.in_flight > 0]
        if sum(each.in_flight for each in unfinished) < in_flight:
            yield PendingRange()
            return
        for each in unfinished:
            if each.earliest_event is None or each.latest_event is None:
                yield PendingRange()
            else:
                yield PendingRange(each.earliest_event, each.latest_event)

    def _facets(self) -> list[Facet]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        return [deserialize(item) for page in pages for item in page["Items"]]


class _ArrivalsOfOneMoment(SourceArrivals):
    """Reads the sources once, for questions that are asked side by side."""

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, *, deliveries: Callable[[], "DeliveriesBySource"]
    ) -> None:
        super().__init__(dynamodb, table, deliveries=deliveries)
        self._lock = Lock()
        self._found: list[Facet] | None = None

    def _facets(self) -> list[Facet]:
        with self._lock:
            if self._found is None:
                self._found = super()._facets()
            return self._found


def _cadences(facets: Sequence[Facet]) -> Mapping[str, timedelta | None]:
    return {each["source_id"]: cadence_of(each["body"]) for each in facets if each["facet"] == CONFIG}


def _arrivals(facet: Facet, cadence: timedelta | None) -> Arrivals:
    watermark = datetime.fromisoformat(facet["watermark"]) if "watermark" in facet else None
    last = datetime.fromisoformat(facet["last_ingestion"])
    lags = [timedelta(seconds=int(facet[name])) for name in LAGS if name in facet]
    if not lags and watermark is not None:  # all deliveries are those of an earlier version, which kept no lags
        lags = [last - watermark]
    return Arrivals(
        source_id=facet["source_id"],
        watermark=watermark,
        first=datetime.fromisoformat(facet.get("first_ingestion", facet["last_ingestion"])),
        last=last,
        deliveries=int(facet.get("deliveries", 1)),
        lags=lags,
        cadence=cadence,
    )
