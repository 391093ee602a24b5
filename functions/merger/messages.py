"""Parses the messages of the merge queue: S3's notifications of incoming objects, and their data types."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import unquote_plus

import orjson

from shared.lake.storage.paths import IncomingKey
from shared.records.schema import DataType


def data_types_of(records: Sequence[Mapping[str, Any]]) -> dict[str, set[DataType]]:
    """Return the data types to merge, by message id."""
    return {record["messageId"]: set(_data_types(record["body"])) for record in records}


def _data_types(body: str) -> Iterator[DataType]:
    for notice in orjson.loads(body).get("Records", []):  # the test event of S3 has no records
        name = IncomingKey.parse(unquote_plus(notice["s3"]["object"]["key"]))
        if name is not None:
            yield name.data_type


def failures(wanted: Mapping[str, set[DataType]], remaining: AbstractSet[DataType]) -> dict[str, Any]:
    """Return the partial batch response that names the messages to be delivered again."""
    again = [message for message, data_types in wanted.items() if data_types & remaining]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in again]}
