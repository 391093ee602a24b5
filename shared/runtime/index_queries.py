"""Reads indexes of DynamoDB, also those whose one key is divided into shards.

A partition of an index takes a thousand writes a second, and throttles the writes of its table beyond that. Where all
items of an index would have the same key, a suffix that depends on the item spreads them over `SHARDS` keys.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import merge
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from zlib import crc32

from shared.runtime.dynamodb import deserialize, serialize
from shared.runtime.parallel import all_at_once

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from shared.runtime.resources import Index

SHARDS = 4


def shards_of(key: str) -> Sequence[str]:
    """Return the keys that stand for one; the first is the key itself, which items of earlier versions have."""
    return [key, *(f"{key}-{number}" for number in range(1, SHARDS))]


def shard_of(key: str, item: str) -> str:
    """Return the key of an item, always the same for the same text of it."""
    return shards_of(key)[crc32(item.encode()) % SHARDS]


@dataclass(frozen=True)
class Within:
    """A condition on the sort key of an index, and the values in it."""

    condition: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


_ALL = Within()


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


def query_shards(
    dynamodb: "DynamoDBClient", table: str, index: "Index", key: str, within: Within = _ALL, **more: Any
) -> Iterator[dict[str, Any]]:
    """Yield the values that an index has of the items of all shards of a key, in the order of its sort key."""
    return query_keys(dynamodb, table, index, shards_of(key), within, **more)


def query_keys(
    dynamodb: "DynamoDBClient", table: str, index: "Index", keys: Iterable[str], within: Within = _ALL, **more: Any
) -> Iterator[dict[str, Any]]:
    """Yield the values that an index has of the items of several keys, in the order of its sort key.

    The first pages of all keys are read at the same time, further ones when they are needed.
    """
    names = {"#key": index.partition_key, **more.pop("ExpressionAttributeNames", {})}
    condition = " AND ".join(filter(None, ("#key = :key", within.condition)))

    def of_key(key: str) -> Iterator[dict[str, Any]]:
        values = {":key": key, **within.values}
        return query_index(dynamodb, table, index.name, condition, values, ExpressionAttributeNames=names, **more)

    found = {key: of_key(key) for key in keys}
    first = all_at_once({key: partial(next, items, None) for key, items in found.items()})
    every = [chain([item], found[key]) for key, item in first.items() if item is not None]
    return merge(*every, key=itemgetter(index.sort_key or ""), reverse=not more.get("ScanIndexForward", True))
