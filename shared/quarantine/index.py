"""What lies in quarantine, delivery by delivery: how many rows and why, so that none is read that nobody asked for."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared.lake.storage.paths import quarantine_key
from shared.runtime.models import sortable
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

QUARANTINE_INDEX_TABLE = Table("quarantine", partition_key="day", sort_key="delivery")

_SERIALIZE = TypeSerializer().serialize
_DESERIALIZE = TypeDeserializer().deserialize
_AT_ONCE = 8
_PER_READ = 100


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
            self._dynamodb.delete_item(TableName=self._table, Key=key)
            return
        plain = {
            "origin": kept.origin,
            "source_id": kept.source_id,
            "data_type": kept.data_type,
            "received_at": sortable(kept.received_at),
            "rows": kept.rows,
            "reasons": kept.reasons,
            "codes": dict(kept.codes),
        }
        item = {name: _SERIALIZE(value) for name, value in plain.items()}
        self._dynamodb.put_item(TableName=self._table, Item={**item, **key})

    def on(self, days: Sequence[date]) -> Iterator[Kept]:
        """Everything that was received on these days, in the order of its receipt within each."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for found in pool.map(self._on_day, days):
                yield from found

    def of(self, deliveries: Sequence[tuple[datetime, str]]) -> list[Kept]:
        """What is kept of deliveries, told by when they were received and their names, in the order given."""
        found: dict[str, Kept] = {}
        for start in range(0, len(deliveries), _PER_READ):
            keys = [_key(at, origin) for at, origin in deliveries[start : start + _PER_READ]]
            waiting: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            while waiting:
                answer = self._dynamodb.batch_get_item(RequestItems=waiting)
                for item in answer["Responses"].get(self._table, []):
                    kept = _kept(item)
                    found[kept.origin] = kept
                waiting = answer.get("UnprocessedKeys")
        return [found[origin] for _, origin in deliveries if origin in found]

    def _on_day(self, day: date) -> list[Kept]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
            ConsistentRead=True,
        )
        return [_kept(item) for page in pages for item in page["Items"]]


def _key(received_at: datetime, origin: str) -> dict[str, Any]:
    return {
        "day": {"S": received_at.date().isoformat()},
        "delivery": {"S": f"{sortable(received_at)}#{origin}"},
    }


def _kept(item: Mapping[str, Any]) -> Kept:
    plain = {name: _DESERIALIZE(value) for name, value in item.items()}
    return Kept(
        origin=plain["origin"],
        source_id=plain["source_id"],
        data_type=plain["data_type"],
        received_at=datetime.fromisoformat(plain["received_at"]),
        rows=int(plain["rows"]),
        reasons=int(plain["reasons"]),
        codes={code: int(rows) for code, rows in plain["codes"].items()},
    )
