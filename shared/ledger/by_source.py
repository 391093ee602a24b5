"""Reads the deliveries of one source from the ledger."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from shared.ledger.entry import DeliveryKind
from shared.ledger.items import open_key
from shared.ledger.reading import entries_in_order
from shared.runtime.index_queries import query_index
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
        found = query_index(
            self._dynamodb,
            self._table,
            _INDEX,
            "source_id = :source",
            {":source": source_id},
            ScanIndexForward=False,
            PaginationConfig={"MaxItems": limit, "PageSize": limit},
        )
        return list(entries_in_order(self._dynamodb, self._table, found))

    def unfinished(self, source_id: str, data_type: str, limit: int) -> list["LedgerEntry"]:
        """Return deliveries of a source that have rows in flight now, at most so many.

        The index may lag behind: it only names the deliveries, which are read from the table.
        """
        found = query_index(
            self._dynamodb,
            self._table,
            "open",
            "#open = :open",
            {":open": open_key(source_id), ":source": source_id, ":type": data_type},
            FilterExpression="source_id = :source AND data_type = :type",
            ExpressionAttributeNames={"#open": "open"},
        )
        entries = entries_in_order(self._dynamodb, self._table, islice(found, limit))
        return [each for each in entries if each.in_flight > 0]

    def between(
        self, source_id: str, start: datetime, end: datetime, *, kind: DeliveryKind | None = None
    ) -> Iterator["LedgerEntry"]:
        """Yield the deliveries of a source in a half-open time range, or those of a kind, oldest first."""
        found = query_index(
            self._dynamodb,
            self._table,
            _INDEX,
            "source_id = :source AND received_at BETWEEN :first AND :last",
            {
                ":source": source_id,
                ":first": sortable(start),
                ":last": sortable(end - timedelta(milliseconds=1)),
            },
        )
        wanted = (each for each in found if kind in {None, each["kind"]})
        return entries_in_order(self._dynamodb, self._table, wanted)
