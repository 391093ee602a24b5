"""The deliveries of one source in the order in which they were received, read from the ledger."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.ledger.items import entry_of
from shared.runtime.dynamodb import serialize
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.entry import Entry

_INDEX = "by_source"


class Deliveries:
    """Reads the ledger by source."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def latest(self, source_id: str, most: int) -> list["Entry"]:
        """What a source delivered last, the newest first."""
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="source_id = :source",
            ExpressionAttributeValues=serialize({":source": source_id}),
            ScanIndexForward=False,
            Limit=most,
        )
        return [entry_of(item) for item in answer["Items"]]

    def between(self, source_id: str, start: datetime, end: datetime) -> Iterator["Entry"]:
        """What a source delivered from one moment on and before another, the oldest first."""
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
