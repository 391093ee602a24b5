"""Reads the deliveries of one source from the ledger, by time of receipt."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.ledger.items import entry_of, entry_of_values
from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.entry import LedgerEntry

_INDEX = "by_source"


class DeliveriesBySource:
    """Reads the ledger by source."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def latest(self, source_id: str, limit: int) -> list["LedgerEntry"]:
        """Return the latest deliveries of a source, newest first."""
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="source_id = :source",
            ExpressionAttributeValues=serialize({":source": source_id}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [entry_of(item) for item in answer["Items"]]

    def unfinished(self, source_id: str, data_type: str, limit: int) -> list["LedgerEntry"]:
        """Return those of a source's latest deliveries that have rows in flight now.

        The index may lag behind: it only names the deliveries, which are read again from the table.
        """
        named = [each for each in self.latest(source_id, limit) if each.data_type == data_type and each.in_flight > 0]
        keys = [{"origin": each.delivery_id} for each in named]
        current = map(entry_of_values, get_items(self._dynamodb, self._table, keys))
        return [each for each in current if each.in_flight > 0]

    def between(self, source_id: str, start: datetime, end: datetime) -> Iterator["LedgerEntry"]:
        """Yield the deliveries of a source in a half-open time range, oldest first."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="source_id = :source AND received_at BETWEEN :first AND :last",
            ExpressionAttributeValues=serialize(
                {
                    ":source": source_id,
                    ":first": sortable(start),
                    ":last": sortable(end - timedelta(milliseconds=1)),
                }
            ),
        )
        for page in pages:
            yield from map(entry_of, page["Items"])
