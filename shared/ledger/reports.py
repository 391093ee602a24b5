"""The ledger as it is told: a line for each source, type and hour, or for each delivery, and what they add up to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from shared.ledger.filters import Filters
from shared.ledger.models import LedgerCounters, LedgerLine, LedgerResponse
from shared.ledger.parameters import LedgerQuery
from shared.runtime.models import sortable
from shared.runtime.paging import Window, cut

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.by_source import Deliveries
    from shared.ledger.entry import Entry
    from shared.runtime.models import Clock

_DESERIALIZE = TypeDeserializer().deserialize
_HOUR = len("2025-03-01T12")
_AT_ONCE = 8


class LedgerHours:
    """Reads the totals of hours from DynamoDB."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, source_id: str, filters: Filters) -> list[LedgerLine]:
        """What became of what a source delivered, for each type and each hour that the range touches."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="source_id = :source AND #hour BETWEEN :first AND :last",
            ExpressionAttributeNames={"#hour": "hour"},
            ExpressionAttributeValues={
                ":source": {"S": source_id},
                ":first": {"S": sortable(filters.start)[:_HOUR]},
                ":last": {"S": sortable(filters.end - timedelta(milliseconds=1))[:_HOUR] + "~"},
            },
            ConsistentRead=True,
        )
        lines = (_line_of_hour(item) for page in pages for item in page["Items"])
        return [line for line in lines if filters.data_type in {None, line.data_type}]


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Answers what became of every record."""

    hours: LedgerHours
    source_ids: Callable[[], Iterable[str]]
    deliveries: "Deliveries"
    clock: "Clock"

    def answer(self, query: LedgerQuery) -> LedgerResponse:
        """Return the page that a query asks for."""
        filters = query.filters(self.clock())
        lines = self._by_delivery(filters) if query.deliveries == "true" else self._by_hour(filters)
        return _told(lines, Window.of_page(query.page, query.size))

    def _by_hour(self, filters: Filters) -> Iterator[LedgerLine]:
        source_ids = [filters.source_id] if filters.source_id else self.source_ids()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for lines in pool.map(lambda source_id: self.hours.of(source_id, filters), source_ids):
                yield from lines

    def _by_delivery(self, filters: Filters) -> Iterator[LedgerLine]:
        for entry in self.deliveries.between(filters.source_id or "", filters.start, filters.end):
            if filters.data_type in {None, entry.data_type}:
                yield _line_of(entry)


def _told(lines: Iterator[LedgerLine], window: Window) -> LedgerResponse:
    every = list(lines)
    found = cut(every, window, arrival=lambda line: (line.hour, line.received_at or line.hour, *line.place))
    return LedgerResponse(content=list(found.items), totals=LedgerCounters.sum(every), **found.page())


def _line_of_hour(item: Mapping[str, Any]) -> LedgerLine:
    plain = {name: _DESERIALIZE(value) for name, value in item.items()}
    hour, _, data_type = plain["hour"].partition("#")
    return LedgerLine(
        source_id=plain["source_id"],
        data_type=data_type,
        hour=datetime.fromisoformat(f"{hour}:00:00+00:00"),
        **LedgerCounters.numbers(plain),
    )


def _line_of(entry: "Entry") -> LedgerLine:
    return LedgerLine(
        source_id=entry.source_id,
        data_type=entry.data_type,
        hour=entry.received_at.replace(minute=0, second=0, microsecond=0),
        **LedgerCounters.numbers(entry.counters),
        origin=entry.origin,
        batch_id=entry.batch_id or None,
        status=entry.status,
        received_at=entry.received_at,
        restated=list(entry.restated) or None,
    )
