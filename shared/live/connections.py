"""The open WebSocket connections in DynamoDB, forgotten by themselves once API Gateway must have closed them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.runtime.dynamodb import serialize
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.models import Clock

CONNECTIONS_TABLE = Table("connections", partition_key="connection_id", expires_by="expires_at")

LONGEST = timedelta(hours=2)


class Connections:
    """Keeps which connection listens to which channel."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, clock: "Clock") -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def add(self, connection_id: str, channel: str) -> None:
        """A client has connected to a channel."""
        expires = int((self._clock() + LONGEST).timestamp())
        item = {"connection_id": connection_id, "channel": channel, "expires_at": expires}
        self._dynamodb.put_item(TableName=self._table, Item=serialize(item))

    def remove(self, connection_id: str) -> None:
        """A client has gone."""
        self._dynamodb.delete_item(TableName=self._table, Key=serialize({"connection_id": connection_id}))
