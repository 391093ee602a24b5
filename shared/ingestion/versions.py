"""The version of each table: raised by every merge, a part of every cached answer's key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


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
        """The present version of each table; 0 for one that nothing was merged into yet."""
        return tuple(map(self._of, table_names))

    def _of(self, table_name: str) -> int:
        answer = self._dynamodb.get_item(
            TableName=self._table, Key={"table_name": {"S": table_name}}, ConsistentRead=True
        )
        return int(answer["Item"]["version"]["N"]) if "Item" in answer else 0
