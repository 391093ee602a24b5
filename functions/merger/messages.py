"""What the messages of the merge queue say: which incoming objects were written, and so which partitions wait."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import unquote_plus

import orjson

from shared.lake.storage.paths import IncomingKey, PartitionId


def partitions_of(records: Sequence[Mapping[str, Any]]) -> dict[str, set[PartitionId]]:
    """Tell the partitions that each message asks to be merged, by message id."""
    return {record["messageId"]: set(_partitions(record["body"])) for record in records}


def _partitions(body: str) -> Iterator[PartitionId]:
    for notice in orjson.loads(body).get("Records", []):  # S3's test event has none
        name = IncomingKey.parse(unquote_plus(notice["s3"]["object"]["key"]))
        if name is not None:
            yield name.partition


def failures(wanted: Mapping[str, set[PartitionId]], remaining: AbstractSet[PartitionId]) -> dict[str, Any]:
    """Name the messages that must come again, in the form of a partial batch response."""
    again = [message for message, partitions in wanted.items() if partitions & remaining]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in again]}
