"""Pages of the ledger: a line per source, type and hour or day, or per delivery, with totals."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import Channel
from shared.ledger.filters import Filters
from shared.ledger.models import DiscardedRecords, LedgerCounters, LedgerDay, LedgerLine, LedgerResponse
from shared.ledger.movements import of_channel
from shared.ledger.parameters import LedgerQuery
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable
from shared.runtime.paging import Order, Window, paginate
from shared.runtime.parallel import both

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.by_source import DeliveriesBySource
    from shared.ledger.entry import LedgerEntry
    from shared.runtime.models import Clock

_HOUR = len("2025-03-01T12")
_AT_ONCE = 8


class HourlyTotals:
    """Reads hourly totals from DynamoDB."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def for_source(self, source_id: str, filters: Filters) -> list[LedgerLine]:
        """Return the totals of a source for each type and hour that the range overlaps."""
        lines = map(_hourly_line, self._items(source_id, filters))
        return [line for line in lines if filters.data_type in {None, line.data_type}]

    def by_channel(self, source_ids: Iterable[str], filters: Filters) -> Mapping[Channel, LedgerCounters]:
        """Return the sums of some sources over all hours that the range overlaps, for each channel.

        Hours from before channels were counted have none.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            read = pool.map(lambda source_id: list(map(deserialize, self._items(source_id, filters))), source_ids)
            hours = [hour for each in read for hour in each]
        return {channel: LedgerCounters.sum(_of_channel(channel, hour) for hour in hours) for channel in Channel}

    def _items(self, source_id: str, filters: Filters) -> Iterator[Mapping[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="source_id = :source AND #hour BETWEEN :first AND :last",
            ExpressionAttributeNames={"#hour": "hour"},
            ExpressionAttributeValues=serialize(
                {
                    ":source": source_id,
                    ":first": sortable(filters.start)[:_HOUR],
                    ":last": sortable(filters.end - timedelta(milliseconds=1))[:_HOUR] + "~",
                }
            ),
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


@dataclass(frozen=True, kw_only=True)
class LedgerReports:
    """Reads pages of the ledger, and counts what the stream could not hand over to it."""

    hours: HourlyTotals
    source_ids: Callable[[], Iterable[str]]
    deliveries: "DeliveriesBySource"
    discarded: Callable[[], DiscardedRecords | None]
    clock: "Clock"

    def page(self, query: LedgerQuery) -> LedgerResponse:
        """Return the page that a query asks for."""
        found, discarded = both(lambda: self._lines(query), self.discarded)
        return found.model_copy(update={"discarded": discarded})

    def _lines(self, query: LedgerQuery) -> LedgerResponse:
        filters, window = query.filters(self.clock()), Window.of_page(query.page, query.size)
        if query.deliveries == "true":
            return _page(self._by_delivery(filters), window, query.sort)
        hours = list(self._by_hour(filters))
        if query.interval == "hour":
            return _page(hours, window, query.sort)
        return _page(_by_day(hours), window, query.sort).model_copy(update={"days": _days(hours)})

    def _by_hour(self, filters: Filters) -> Iterator[LedgerLine]:
        source_ids = [filters.source_id] if filters.source_id else self.source_ids()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for lines in pool.map(lambda source_id: self.hours.for_source(source_id, filters), source_ids):
                yield from lines

    def _by_delivery(self, filters: Filters) -> Iterator[LedgerLine]:
        for entry in self.deliveries.between(filters.source_id or "", filters.start, filters.end):
            if filters.data_type in {None, entry.data_type}:
                yield _delivery_line(entry)


def _by_day(hours: Iterable[LedgerLine]) -> Iterator[LedgerLine]:
    found: defaultdict[tuple[datetime, str, str], list[LedgerLine]] = defaultdict(list)
    for line in hours:
        found[line.hour.replace(hour=0), line.source_id, line.data_type].append(line)
    for (day, source_id, data_type), lines in found.items():
        counters = LedgerCounters.numbers(vars(LedgerCounters.sum(lines)))
        yield LedgerLine(source_id=source_id, data_type=data_type, hour=day, **counters)


def _days(hours: Iterable[LedgerLine]) -> list[LedgerDay]:
    found: defaultdict[date, list[LedgerLine]] = defaultdict(list)
    for line in hours:
        found[line.hour.date()].append(line)
    return [
        LedgerDay(day=day, **LedgerCounters.numbers(vars(LedgerCounters.sum(lines))))
        for day, lines in sorted(found.items())
    ]


def _page(lines: Iterable[LedgerLine], window: Window, order: Order | None) -> LedgerResponse:
    every = list(lines)
    found = paginate(
        every, window, arrival=lambda line: (line.hour, line.received_at or line.hour, *line.place), order=order
    )
    return LedgerResponse(content=list(found.items), totals=LedgerCounters.sum(every), **found.page())


def _of_channel(channel: Channel, hour: Mapping[str, Any]) -> LedgerCounters:
    names = LedgerCounters.numbers({})
    return LedgerCounters(**{name: int(hour.get(of_channel(channel, name), 0)) for name in names})


def _hourly_line(item: Mapping[str, Any]) -> LedgerLine:
    plain = deserialize(item)
    hour, _, data_type = plain["hour"].partition("#")
    return LedgerLine(
        source_id=plain["source_id"],
        data_type=data_type,
        hour=datetime.fromisoformat(f"{hour}:00:00+00:00"),
        **LedgerCounters.numbers(plain),
    )


def _delivery_line(entry: "LedgerEntry") -> LedgerLine:
    return LedgerLine(
        source_id=entry.source_id,
        data_type=entry.data_type,
        hour=entry.received_at.replace(minute=0, second=0, microsecond=0),
        **LedgerCounters.numbers(entry.counters),
        origin=entry.delivery_id,
        batch_id=entry.batch_id or None,
        status=entry.status,
        received_at=entry.received_at,
        restated=list(entry.restated) or None,
    )
