"""How far the stream consumer has read each shard, so that others can see what waits for it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.models import sortable
from shared.runtime.resources import Table, Write

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

STREAM_POSITIONS_TABLE = Table("stream_positions", writes=Write.PUT, partition_key="shard_id")


@dataclass(frozen=True, kw_only=True)
class StreamPosition:
    """The last record of a shard that was processed, when it arrived, and when that was."""

    shard_id: str
    sequence_number: str
    arrived_at: datetime
    processed_at: datetime

    @classmethod
    def after(cls, records: Sequence[Mapping[str, Any]], processed_at: datetime) -> "StreamPosition":
        """Return the position after a batch of Kinesis records, which are of one shard and in its order."""
        last = records[-1]
        arrived_at = datetime.fromtimestamp(float(last["kinesis"]["approximateArrivalTimestamp"]), processed_at.tzinfo)
        return cls(
            shard_id=last["eventID"].split(":")[0],
            sequence_number=last["kinesis"]["sequenceNumber"],
            arrived_at=arrived_at,
            processed_at=processed_at,
        )


class StreamPositions:
    """Stores a position for each shard."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def put(self, position: StreamPosition) -> None:
        """Store the position of a shard; a batch that is processed again stores the same one."""
        item = {
            "shard_id": position.shard_id,
            "sequence_number": position.sequence_number,
            "arrived_at": sortable(position.arrived_at),
            "processed_at": sortable(position.processed_at),
        }
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item))

    def register(self, shard_id: str) -> None:
        """Make a shard known that may never have been read; the position of one that was remains."""
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
            self._dynamodb.put_item(
                TableName=self._table,
                Item=serialize({"shard_id": shard_id}),
                ConditionExpression="attribute_not_exists(shard_id)",
            )

    def of_shards(self) -> Mapping[str, StreamPosition | None]:
        """Return the position of each known shard; None if it was never read."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        items = (deserialize(item) for page in pages for item in page["Items"])
        return {each["shard_id"]: _position(each) for each in items}

    def all(self) -> Mapping[str, StreamPosition]:
        """Return the position of each shard that was ever read, by the id of the shard."""
        return {shard_id: each for shard_id, each in self.of_shards().items() if each is not None}


def _position(item: Mapping[str, Any]) -> StreamPosition | None:
    if "sequence_number" not in item:
        return None
    return StreamPosition(
        shard_id=item["shard_id"],
        sequence_number=item["sequence_number"],
        arrived_at=datetime.fromisoformat(item["arrived_at"]),
        processed_at=datetime.fromisoformat(item["processed_at"]),
    )
