"""Versions of lake tables: incremented by every merge, and part of the key of cached results."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

from shared.runtime.dynamodb import get_items, serialize
from shared.runtime.errors import Unavailable
from shared.runtime.resources import Table

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

VERSIONS_TABLE = Table("versions", partition_key="table_name")

_TRIES = 3


class VersionsNotReturned(BotoCoreError):
    """DynamoDB did not return all versions; callers treat it as unreachable."""

    fmt = "The versions of some tables were not returned"


class TableVersions:
    """Stores a counter per table of the lake."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def bump(self, table_name: str) -> None:
        """Increment the version of a table whose rows changed."""
        self._dynamodb.update_item(
            TableName=self._table,
            Key=serialize({"table_name": table_name}),
            UpdateExpression="ADD version :one",
            ExpressionAttributeValues=serialize({":one": 1}),
        )

    def get_many(self, table_names: Sequence[str]) -> tuple[int, ...]:
        """Return the version of each table, in one read; 0 if nothing was merged yet.

        Raises:
            VersionsNotReturned: DynamoDB did not return all of them after several tries.
        """
        keys = [{"table_name": name} for name in dict.fromkeys(table_names)]
        try:
            items = get_items(self._dynamodb, self._table, keys, tries=_TRIES)
        except Unavailable as error:
            raise VersionsNotReturned from error
        found = {item["table_name"]: int(item["version"]) for item in items}
        return tuple(found.get(name, 0) for name in table_names)
