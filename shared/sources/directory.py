"""The directory of sources: their configurations, and their totals from the ledger."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from shared.ledger.entry import UNATTRIBUTED, Channel
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.errors import NotFound
from shared.runtime.paging import Window, paginate
from shared.sources.config_store import CONFIG
from shared.sources.models import DataSource, DataSourcesResponse, SourceStatus, SourceType
from shared.sources.rules import is_failing, is_overdue
from shared.sources.stored_configuration import StoredConfiguration

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.by_source import DeliveriesBySource
    from shared.sources.models import SourceConfiguration
    from shared.sources.parameters import SourcesQuery

_COUNTERS = ("received", "loaded", "duplicate", "conflict", "quarantined", "dropped", "superseded")
_TYPES = {Channel.BATCH: SourceType.API, Channel.STREAM: SourceType.STREAM, Channel.FILE: SourceType.FILE}
_AT_ONCE = 8
_LATEST = 10
"""Deliveries that are read for the status, so that cancelled ones can be left out."""

Facet = Mapping[str, Any]


@dataclass(frozen=True)
class _Source:
    """The facets of one source: a total per data type, and its configuration."""

    source_id: str
    known_since: str
    totals: Sequence[Facet]
    stored: StoredConfiguration

    @classmethod
    def of(cls, facets: Sequence[Facet]) -> "_Source":
        bodies = [facet["body"] for facet in facets if facet["facet"] == CONFIG]
        configured = StoredConfiguration.read(bodies[0]) if bodies else StoredConfiguration()
        since = min(
            facet.get("known_since", "") for facet in facets
        )  # sources of earlier versions have no such time and sort first
        totals = [facet for facet in facets if facet["facet"] != CONFIG]
        return cls(facets[0]["source_id"], since, totals, configured)

    @property
    def configuration(self) -> "SourceConfiguration":
        return self.stored.usable

    @property
    def name(self) -> str:
        return self.configuration.name or self.source_id.replace("-", " ").title()

    @property
    def total_records(self) -> int:
        return sum(int(facet["received"]) for facet in self.totals)

    @property
    def last_ingestion(self) -> datetime | None:
        return max((_moment(facet["last_ingestion"]) for facet in self.totals), default=None)

    @property
    def type(self) -> SourceType:
        if self.configuration.type is not None:
            return self.configuration.type
        first = min(self.totals, key=lambda facet: (facet.get("known_since", ""), facet["facet"]), default=None)
        return SourceType.API if first is None else _TYPES[first["kind"]]

    def to_data_source(self, status: SourceStatus) -> DataSource:
        by_type = {facet["facet"].removeprefix("type#"): _counters(facet) for facet in self.totals}
        return DataSource(
            source_id=self.source_id,
            name=self.name,
            type=self.type,
            status=status,
            last_ingestion=self.last_ingestion,
            total_records=self.total_records,
            configuration={**self.stored.to_json(), "data_types": by_type},
        )


class Sources:
    """Reads the sources' facets from DynamoDB."""

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        table: str,
        *,
        deliveries: Callable[[], "DeliveriesBySource"],
        active_for: timedelta,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._deliveries = deliveries
        self._active_for = active_for

    def page(self, query: "SourcesQuery", now: datetime) -> DataSourcesResponse:
        """Return the page of sources that a query asks for, in order of registration unless it names another."""
        every = (_Source.of(list(facets)) for _, facets in self._by_source())
        listed = (each for each in every if not query.active_only or not self._is_overdue(each, now))
        window = Window.of_page(query.page, query.size)
        found = paginate(listed, window, arrival=lambda each: (each.known_since, each.source_id), order=query.sort)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sources = list(pool.map(lambda each: each.to_data_source(self._status(each, now)), found.items))
        return DataSourcesResponse(content=sources, **found.page())

    def get(self, source_id: str, now: datetime) -> DataSource:
        """Return a source that is configured or has delivered.

        Raises:
            NotFound: it does not exist.
        """
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="source_id = :source",
            ExpressionAttributeValues=serialize({":source": source_id}),
            ConsistentRead=True,
        )
        if not answer["Items"]:
            raise NotFound(f"The source {source_id!r} does not exist")
        source = _Source.of([deserialize(item) for item in answer["Items"]])
        return source.to_data_source(self._status(source, now))

    def ids(self) -> list[str]:
        """Return the ids of all sources that have delivered, configured or not."""
        return sorted({facet["source_id"] for facet in self._facets() if facet["facet"] != CONFIG})

    def _is_overdue(self, source: _Source, now: datetime) -> bool:
        cadence = source.configuration.cadence
        return is_overdue(source.last_ingestion, now, cadence=cadence, otherwise=self._active_for)

    def _status(self, source: _Source, now: datetime) -> SourceStatus:
        if self._is_overdue(source, now):
            return SourceStatus.INACTIVE
        failing = is_failing(self._deliveries().latest(source.source_id, _LATEST))
        return SourceStatus.ERROR if failing else SourceStatus.ACTIVE

    def _by_source(self) -> "groupby[str, Facet]":
        known = (facet for facet in self._facets() if facet["source_id"] != UNATTRIBUTED)
        return groupby(
            sorted(known, key=lambda facet: (facet["source_id"], facet["facet"])), lambda each: each["source_id"]
        )

    def _facets(self) -> list[Facet]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        return [deserialize(item) for page in pages for item in page["Items"]]


def _counters(facet: Facet) -> dict[str, Any]:
    counters: dict[str, Any] = {name: int(facet.get(name, 0)) for name in _COUNTERS}
    with_outcome = sum(counters[name] for name in ("loaded", "duplicate", "conflict", "quarantined"))
    return {**counters, "in_flight": counters["received"] - with_outcome, "watermark": facet.get("watermark")}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
