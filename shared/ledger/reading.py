"""Reads the ledger by its indexes, which have few attributes: whole entries are read from the table."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.ledger.items import entry_of_values
from shared.runtime.dynamodb import deserialize, get_items, serialize

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.ledger.entry import LedgerEntry

_TOGETHER = 100


def query_index(
    dynamodb: "DynamoDBClient", table: str, index: str, condition: str, values: Mapping[str, Any], **more: Any
) -> Iterator[dict[str, Any]]:
    """Yield the values that an index has of the items which a condition on its keys selects, in its order."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=serialize(values),
        **more,
    )
    for page in pages:
        yield from map(deserialize, page["Items"])


def entries_in_order(
    dynamodb: "DynamoDBClient", table: str, found: Iterable[Mapping[str, Any]]
) -> Iterator["LedgerEntry"]:
    """Yield the entries that an index names, as they are in the table."""
    named = iter(found)
    while together := [each["origin"] for each in islice(named, _TOGETHER)]:
        items = get_items(dynamodb, table, [{"origin": origin} for origin in together])
        entries = {item["origin"]: item for item in items}
        yield from (entry_of_values(entries[origin]) for origin in together if origin in entries)
