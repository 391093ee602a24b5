"""The version of each table: raised by every merge, a part of every cached answer's key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from shared.runtime.resources import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

VERSIONS_TABLE = Table("versions", partition_key="table_name")

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
            Key={"table_name": {"S": table_name}},
            UpdateExpression="ADD version :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    def of(self, table_names: Sequence[str]) -> tuple[int, ...]:
        """The present version of each table, all in one read; 0 for one that nothing was merged into yet.

        Raises:
            VersionsUnread: DynamoDB has left some out, however often it was asked.
        """
        keys = [{"table_name": {"S": name}} for name in dict.fromkeys(table_names)]
        asked: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        found: dict[str, int] = {}
        for _ in range(_TRIES):
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            items = answer["Responses"].get(self._table, ())
            found |= {item["table_name"]["S"]: int(item["version"]["N"]) for item in items}
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return tuple(found.get(name, 0) for name in table_names)
        raise VersionsUnread
