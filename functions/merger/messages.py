"""Parses the messages of the merge queue: S3's notifications of incoming objects, and their partitions."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import unquote_plus

import orjson

from shared.lake.storage.paths import IncomingKey, PartitionId


def partitions_of(records: Sequence[Mapping[str, Any]]) -> dict[str, set[PartitionId]]:
    """Return the partitions to merge, by message id."""
    return {record["messageId"]: set(_partitions(record["body"])) for record in records}


def _partitions(body: str) -> Iterator[PartitionId]:
    for notice in orjson.loads(body).get("Records", []):  # the test event of S3 has no records
        name = IncomingKey.parse(unquote_plus(notice["s3"]["object"]["key"]))
        if name is not None:
            yield name.partition


def failures(wanted: Mapping[str, set[PartitionId]], remaining: AbstractSet[PartitionId]) -> dict[str, Any]:
    """Return the partial batch response that names the messages to be delivered again."""
    again = [message for message, partitions in wanted.items() if partitions & remaining]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in again]}
