"""The version of each table: raised by every merge, a part of every cached answer's key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TRIES = 3


class VersionsUnread(BotoCoreError):
    """DynamoDB would not tell the versions of some tables: to who asks, it is out of reach."""

    fmt = "The versions of some tables were not returned"


class TableVersions:
    """Keeps one ever-growing number for each table of the lake."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def raise_version(self, table_name: str) -> None:
        """Tell that a table's rows are not what they were."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key=serialize({"table_name": table_name}),
            UpdateExpression="ADD version :one",
            ExpressionAttributeValues=serialize({":one": 1}),
        )

    def of(self, table_names: Sequence[str]) -> tuple[int, ...]:
        """The present version of each table, all in one read; 0 for one that nothing was merged into yet.

        Raises:
            VersionsUnread: DynamoDB has left some out, however often it was asked.
        """
        keys = [{"table_name": name} for name in dict.fromkeys(table_names)]
        try:
            items = get_items(self._dynamodb, self._table, keys, tries=_TRIES)
        except Unavailable as error:
            raise VersionsUnread from error
        found = {item["table_name"]: int(item["version"]) for item in items}
        return tuple(found.get(name, 0) for name in table_names)
