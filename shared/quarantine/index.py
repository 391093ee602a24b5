"""The index of the quarantine: per delivery the number of rows and errors, so that only requested rows are read."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shared.lake.storage.paths import quarantine_key
from shared.runtime.dynamodb import deserialize, get_items, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

QUARANTINE_INDEX_TABLE = Table("quarantine", writes=Write.PUT | Write.DELETE, partition_key="day", sort_key="delivery")

_AT_ONCE = 8


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
            self._dynamodb.delete_item(TableName=self._table, Key=serialize(key))
            return
        item = {
            **key,
            "origin": delivery.delivery_id,
            "source_id": delivery.source_id,
            "data_type": delivery.data_type,
            "received_at": sortable(delivery.received_at),
            "rows": delivery.rows,
            "reasons": delivery.reasons,
            "codes": dict(delivery.codes),
        }
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item))

    def list_by_day(self, days: Sequence[date]) -> Iterator[QuarantinedDelivery]:
        """Yield the deliveries received on these days, in order of receipt within each day."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for found in pool.map(self._on_day, days):
                yield from found

    def get_many(self, deliveries: Sequence[tuple[datetime, str]]) -> list[QuarantinedDelivery]:
        """Return the items of deliveries, given by receipt time and id, in the given order."""
        keys = [_key(at, delivery_id) for at, delivery_id in deliveries]
        items = map(_from_item, get_items(self._dynamodb, self._table, keys))
        found = {each.delivery_id: each for each in items}
        return [found[delivery_id] for _, delivery_id in deliveries if delivery_id in found]

    def _on_day(self, day: date) -> list[QuarantinedDelivery]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues=serialize({":day": day.isoformat()}),
            ConsistentRead=True,
        )
        return [_from_item(deserialize(item)) for page in pages for item in page["Items"]]


def _key(received_at: datetime, delivery_id: str) -> dict[str, str]:
    return {"day": received_at.date().isoformat(), "delivery": f"{sortable(received_at)}#{delivery_id}"}


def _from_item(item: Mapping[str, Any]) -> QuarantinedDelivery:
    return QuarantinedDelivery(
        delivery_id=item["origin"],
        source_id=item["source_id"],
        data_type=item["data_type"],
        received_at=datetime.fromisoformat(item["received_at"]),
        rows=int(item["rows"]),
        reasons=int(item["reasons"]),
        codes={code: int(rows) for code, rows in item["codes"].items()},
    )
