"""Remembers the records that requests put on the stream until its consumer has read them, for answers to know of them.

Kinesis cannot be asked: a shard allows five readings a second, and answers are far more frequent.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.records.schema import DataType
from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write
from shared.sources.freshness import PendingRange

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ingestion.stream.positions import StreamPosition, StreamPositions
    from shared.runtime.models import Clock

STREAM_RECORDS_TABLE = Table(
    "stream_records", writes=Write.PUT, partition_key="part", sort_key="sequence_number", expires_by="expires_at"
)
_MOST_RECORDS = 50
"""Records of a shard that are looked at for their event times; behind more, any time may be pending."""

_AT_ONCE = 8
_DIGITS = 128
"""Longest sequence number; Kinesis numbers the records of a shard in ascending order."""


class AcceptedRecords:
    """Stores an item for each record, which counts until the consumer's position is past it."""

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        table: str,
        *,
        positions: "StreamPositions",
        kept_for: timedelta,
        clock: "Clock",
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._positions = positions
        self._kept_for = kept_for
        self._clock = clock
        self._registered: set[str] = set()

    def add(self, data_type: DataType, shard_id: str, sequence_number: str, times: PendingRange) -> None:
        """Remember a record on the stream with its event times."""
        if shard_id not in self._registered:
            self._positions.register(shard_id)
            self._registered.add(shard_id)
        item = {
            "part": _part(data_type, shard_id),
            "sequence_number": _sortable_number(sequence_number),
            "first_event": sortable(times.first),
            "last_event": sortable(times.last),
            "expires_at": int((self._clock() + self._kept_for).timestamp()),
        }
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item))

    def pending(self, data_types: Collection[DataType], now: datetime) -> Mapping[DataType, Sequence[PendingRange]]:
        """Return the event times of the records of each type that the consumer has not read."""
        shards = self._positions.of_shards()

        def of(data_type: DataType) -> Sequence[PendingRange]:
            return [each for shard in shards.items() for each in self._after(data_type, *shard, now)]

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(data_types, pool.map(of, data_types), strict=True))

    def _after(
        self, data_type: DataType, shard_id: str, position: "StreamPosition | None", now: datetime
    ) -> Sequence[PendingRange]:
        after = _sortable_number(position.sequence_number) if position else "0"
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="part = :part AND sequence_number > :after",
            ExpressionAttributeValues=serialize({":part": _part(data_type, shard_id), ":after": after}),
            Limit=_MOST_RECORDS,
            ConsistentRead=True,
        )
        ranges = list(_ranges(map(deserialize, answer["Items"]), now))
        return [PendingRange()] if "LastEvaluatedKey" in answer and ranges else ranges


def _ranges(items: Iterable[Mapping[str, Any]], now: datetime) -> Iterable[PendingRange]:
    """Yield the event times of records that the stream still has; DynamoDB deletes expired items late."""
    for item in items:
        if item["expires_at"] > now.timestamp():
            yield PendingRange(datetime.fromisoformat(item["first_event"]), datetime.fromisoformat(item["last_event"]))


def _part(data_type: DataType, shard_id: str) -> str:
    return f"{data_type}#{shard_id}"


def _sortable_number(sequence_number: str) -> str:
    return sequence_number.zfill(_DIGITS)
