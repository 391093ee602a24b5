"""The sources: what each has delivered, by the ledger's own totals."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from shared.ingestion.entry import UNATTRIBUTED, Kind
from shared.ingestion.models import DataSource, DataSourcesResponse, SourceStatus, SourceType
from shared.records.schema import DataType
from shared.runtime.paging import Window, cut

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_DESERIALIZE = TypeDeserializer().deserialize
_COUNTERS = ("received", "loaded", "duplicate", "conflict", "quarantined", "superseded")
_TYPE_OF_KIND = {Kind.BATCH: SourceType.API, Kind.STREAM: SourceType.STREAM}


class Sources:
    """Reads the sources' totals from DynamoDB."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, *, active_for: timedelta) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._active_for = active_for

    def page(self, *, number: int, size: int, active_only: bool, now: datetime) -> DataSourcesResponse:
        """One page of the sources, of which a new one is always the last.

        Only those that delivered within the last days, unless told otherwise: one that falls silent leaves that list.
        """
        active_since = now - self._active_for
        every = (list(facets) for _, facets in self._by_source())
        shown = (facets for facets in every if not active_only or _last_ingestion(facets) >= active_since)
        found = cut(shown, Window.of_page(number, size), arrival=_arrival)
        return DataSourcesResponse(content=[_source(each, active_since) for each in found.items], **found.page())

    def watermark(self, data_type: DataType, now: datetime) -> datetime | None:
        """The event time up to which every active source has delivered a type; None if none ever did."""
        since = now - self._active_for
        times = [
            _moment(facet["watermark"])
            for facet in self._facets()
            if facet["facet"] == f"type#{data_type}"
            and "watermark" in facet
            and _moment(facet["last_ingestion"]) >= since
        ]
        return min(times, default=None)

    def _by_source(self) -> "groupby[str, Mapping[str, Any]]":
        known = (facet for facet in self._facets() if facet["source_id"] != UNATTRIBUTED)
        return groupby(
            sorted(known, key=lambda facet: (facet["source_id"], facet["facet"])), lambda each: each["source_id"]
        )

    def _facets(self) -> list[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        return [{name: _DESERIALIZE(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def _arrival(facets: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """When a source became known, and its id; one that was there before such times were kept is older than all."""
    return min(facet.get("known_since", "") for facet in facets), facets[0]["source_id"]


def _last_ingestion(facets: Sequence[Mapping[str, Any]]) -> datetime:
    return max(_moment(facet["last_ingestion"]) for facet in facets)


def _source(facets: Sequence[Mapping[str, Any]], active_since: datetime) -> DataSource:
    last = _last_ingestion(facets)
    earliest = min(facets, key=lambda facet: facet["last_ingestion"])
    return DataSource(
        source_id=facets[0]["source_id"],
        name=facets[0]["source_id"].replace("-", " ").title(),
        type=_TYPE_OF_KIND[Kind(earliest["kind"])],
        status=SourceStatus.ACTIVE if last >= active_since else SourceStatus.INACTIVE,
        last_ingestion=last,
        total_records=sum(int(facet["received"]) for facet in facets),
        configuration={"data_types": {facet["facet"].removeprefix("type#"): _told(facet) for facet in facets}},
    )


def _told(facet: Mapping[str, Any]) -> dict[str, Any]:
    counters: dict[str, Any] = {name: int(facet.get(name, 0)) for name in _COUNTERS}
    fates = sum(counters[name] for name in ("loaded", "duplicate", "conflict", "quarantined"))
    return {**counters, "in_flight": counters["received"] - fates, "watermark": facet.get("watermark")}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
