"""The index of the quarantine: per delivery the number of rows and errors, so that only requested rows are read."""

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
class QuarantinedDelivery:
    """A delivery with rows in quarantine: the number of rows, of errors, and of rows by error code."""

    delivery_id: str
    source_id: str
    data_type: str
    received_at: datetime
    rows: int
    reasons: int
    codes: Mapping[str, int]

    @property
    def key(self) -> str:
        """Key of the object with the rows."""
        return quarantine_key(self.received_at.date().isoformat(), self.delivery_id)

    def count_with_code(self, code: str | None) -> int:
        """Return the number of rows with an error code; of all rows if the code is None."""
        return self.rows if code is None else self.codes.get(code, 0)


class QuarantineIndex:
    """Stores one item per delivery in DynamoDB, by day of receipt."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def put(self, delivery: QuarantinedDelivery) -> None:
        """Store or replace the item of a delivery; delete it if the delivery has no rows in quarantine."""
        key = _key(delivery.received_at, delivery.delivery_id)
        if not delivery.rows:
            self._dynamodb.delete_item(TableName=self._table, Key=key)
            return
        plain = {
            "origin": delivery.delivery_id,
            "source_id": delivery.source_id,
            "data_type": delivery.data_type,
            "received_at": sortable(delivery.received_at),
            "rows": delivery.rows,
            "reasons": delivery.reasons,
            "codes": dict(delivery.codes),
        }
        item = {name: _SERIALIZE(value) for name, value in plain.items()}
        self._dynamodb.put_item(TableName=self._table, Item={**item, **key})

    def list_by_day(self, days: Sequence[date]) -> Iterator[QuarantinedDelivery]:
        """Yield the deliveries received on these days, in order of receipt within each day."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for found in pool.map(self._on_day, days):
                yield from found

    def get_many(self, deliveries: Sequence[tuple[datetime, str]]) -> list[QuarantinedDelivery]:
        """Return the items of deliveries, given by receipt time and id, in the given order."""
        found: dict[str, QuarantinedDelivery] = {}
        for start in range(0, len(deliveries), _PER_READ):
            keys = [_key(at, delivery_id) for at, delivery_id in deliveries[start : start + _PER_READ]]
            waiting: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            while waiting:
                answer = self._dynamodb.batch_get_item(RequestItems=waiting)
                for item in answer["Responses"].get(self._table, []):
                    delivery = _from_item(item)
                    found[delivery.delivery_id] = delivery
                waiting = answer.get("UnprocessedKeys")
        return [found[delivery_id] for _, delivery_id in deliveries if delivery_id in found]

    def _on_day(self, day: date) -> list[QuarantinedDelivery]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
            ConsistentRead=True,
        )
        return [_from_item(item) for page in pages for item in page["Items"]]


def _key(received_at: datetime, delivery_id: str) -> dict[str, Any]:
    return {
        "day": {"S": received_at.date().isoformat()},
        "delivery": {"S": f"{sortable(received_at)}#{delivery_id}"},
    }


def _from_item(item: Mapping[str, Any]) -> QuarantinedDelivery:
    plain = {name: _DESERIALIZE(value) for name, value in item.items()}
    return QuarantinedDelivery(
        delivery_id=plain["origin"],
        source_id=plain["source_id"],
        data_type=plain["data_type"],
        received_at=datetime.fromisoformat(plain["received_at"]),
        rows=int(plain["rows"]),
        reasons=int(plain["reasons"]),
        codes={code: int(rows) for code, rows in plain["codes"].items()},
    )
