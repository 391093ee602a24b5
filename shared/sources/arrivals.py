"""Reads how the sources have delivered, and which accepted rows are not merged yet.

Rows move from a file or the stream into the ledger, and from there into the published tables. They are looked for in
this order, and the tables are read last: rows that move on meanwhile are found further on, and never missed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
NotLoaded = Callable[[Collection[DataType], datetime], Mapping[DataType, Sequence[PendingRange]]]
"""Returns the event times of what was accepted before a moment and is not in the ledger yet."""

_Accepted = tuple[Mapping[DataType, Sequence[PendingRange]], Sequence[Facet]]
"""The event times of what is not in the ledger, and the totals of what is."""


@dataclass(frozen=True, kw_only=True)
class ChannelArrivals:
    """The deliveries of one source and type so far, and the channel of the first one."""

    channel: Channel
    data_type: str
    arrivals: Arrivals


@dataclass(frozen=True, kw_only=True)
class SourceArrivals:
    """Tells how fresh data are from the deliveries of all sources.

    Attributes:
        dynamodb, table: the totals of the sources.
        deliveries: reads the ledger, which only some functions may.
        not_loaded: finds what the ledger does not have yet.
    """

    dynamodb: "DynamoDBClient"
    table: str
    deliveries: Callable[[], "DeliveriesBySource"]
    not_loaded: NotLoaded

    def at_one_moment(self) -> "SourceArrivals":
        """Return the arrivals as they are when they are first asked for."""
        return _ArrivalsOfOneMoment(
            dynamodb=self.dynamodb, table=self.table, deliveries=self.deliveries, not_loaded=self.not_loaded
        )

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
        """Return the freshness of each of some data types.

        Read the tables of an answer after it, or rows that are merged in between are neither pending nor in the answer.
        """
        not_loaded, facets = self._accepted(data_types, now)
        cadences = _cadences(facets)
        found: dict[DataType, Freshness] = {}
        for data_type in data_types:
            of_type = [each for each in facets if each["facet"] == f"{_TYPE}{data_type}"]
            arrivals = [_arrivals(each, cadences.get(each["source_id"])) for each in of_type]
            pending = (*not_loaded[data_type], *self._pending(data_type, of_type))
            found[data_type] = Freshness.of(arrivals, pending, now)
        return found

    def _accepted(self, data_types: Collection[DataType], now: datetime) -> _Accepted:
        """Return what is not in the ledger, and then what is: rows that move in between are found at least once."""
        not_loaded = self.not_loaded(data_types, now)
        return not_loaded, self._facets()

    def _pending(self, data_type: DataType, facets: Sequence[Facet]) -> Iterable[PendingRange]:
        for facet in facets:
            in_flight = int(facet.get("received", 0)) - sum(int(facet.get(name, 0)) for name in _COUNTED)
            if in_flight > 0:
                yield from self._pending_of(facet["source_id"], data_type, in_flight)

    def _pending_of(self, source_id: str, data_type: DataType, in_flight: int) -> Iterator[PendingRange]:
        """Yield the event times of a source's rows in flight; all times if other rows are found than those counted.

        The totals are read consistently, but the deliveries are found by an index that may lag behind.
        """
        unfinished = self.deliveries().unfinished(source_id, data_type, _MOST_PENDING)
        if sum(each.in_flight for each in unfinished) != in_flight:
            yield PendingRange()
            return
        for each in unfinished:
            if each.earliest_event is None or each.latest_event is None:
                yield PendingRange()
            else:
                yield PendingRange(each.earliest_event, each.latest_event)

    def _facets(self) -> list[Facet]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return [deserialize(item) for page in pages for item in page["Items"]]


@dataclass(frozen=True, kw_only=True)
class _ArrivalsOfOneMoment(SourceArrivals):
    """Reads the sources once, for questions that are asked side by side."""

    lock: Lock = field(default_factory=Lock)
    found: list[_Accepted] = field(default_factory=list)
    pending: dict[DataType, Sequence[PendingRange]] = field(default_factory=dict)

    def _accepted(self, _: Collection[DataType], now: datetime) -> _Accepted:
        """Return what was read first, of all types: a later answer may read a table that an earlier one has pinned."""
        with self.lock:
            if not self.found:
                self.found.append(super()._accepted(tuple(DataType), now))
            return self.found[0]

    def _pending(self, data_type: DataType, facets: Sequence[Facet]) -> Iterable[PendingRange]:
        with self.lock:
            if data_type not in self.pending:
                self.pending[data_type] = tuple(super()._pending(data_type, facets))
            return self.pending[data_type]


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
