"""What lies in quarantine, delivery by delivery: how many rows and why, so that none is read that nobody asked for."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shared.lake.storage.paths import quarantine_key
from shared.runtime.dynamodb import deserialize, get_items, serialize
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One delivery of which rows are in quarantine: how many rows, how many reasons, how many rows by code."""

    origin: str
    source_id: str
    data_type: str
    received_at: datetime
    rows: int
    reasons: int
    codes: Mapping[str, int]

    @property
    def key(self) -> str:
        """The object that holds the rows."""
        return quarantine_key(self.received_at.date().isoformat(), self.origin)

    def rows_with(self, code: str | None) -> int:
        """How many of the rows a code speaks against; all of them where none is asked for."""
        return self.rows if code is None else self.codes.get(code, 0)


class QuarantineIndex:
    """Keeps one item for each delivery in DynamoDB, by day of receipt."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def put(self, kept: Kept) -> None:
        """Remember what is kept of a delivery, instead of what was before; nothing is remembered of nothing."""
        key = _key(kept.received_at, kept.origin)
        if not kept.rows:
            self._dynamodb.delete_item(TableName=self._table, Key=serialize(key))
            return
        item = {
            **key,
            "origin": kept.origin,
            "source_id": kept.source_id,
            "data_type": kept.data_type,
            "received_at": sortable(kept.received_at),
            "rows": kept.rows,
            "reasons": kept.reasons,
            "codes": dict(kept.codes),
        }
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item))

    def on(self, days: Sequence[date]) -> Iterator[Kept]:
        """Everything that was received on these days, in the order of its receipt within each."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for found in pool.map(self._on_day, days):
                yield from found

    def of(self, deliveries: Sequence[tuple[datetime, str]]) -> list[Kept]:
        """What is kept of deliveries, told by when they were received and their names, in the order given."""
        keys = [_key(at, origin) for at, origin in deliveries]
        found = {kept.origin: kept for kept in map(_kept, get_items(self._dynamodb, self._table, keys))}
        return [found[origin] for _, origin in deliveries if origin in found]

    def _on_day(self, day: date) -> list[Kept]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues=serialize({":day": day.isoformat()}),
            ConsistentRead=True,
        )
        return [_kept(deserialize(item)) for page in pages for item in page["Items"]]


def _key(received_at: datetime, origin: str) -> dict[str, str]:
    return {"day": received_at.date().isoformat(), "delivery": f"{sortable(received_at)}#{origin}"}


def _kept(item: Mapping[str, Any]) -> Kept:
    return Kept(
        origin=item["origin"],
        source_id=item["source_id"],
        data_type=item["data_type"],
        received_at=datetime.fromisoformat(item["received_at"]),
        rows=int(item["rows"]),
        reasons=int(item["reasons"]),
        codes={code: int(rows) for code, rows in item["codes"].items()},
    )
