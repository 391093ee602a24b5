"""Parses the messages of the upload queue: notifications of S3 about new files, and requests to resume a file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

import orjson

from shared.lake.storage.paths import batch_of_upload


def batches_of(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the distinct batch ids of messages."""
    return list(dict.fromkeys(batch_id for record in records for batch_id in _batch_ids(orjson.loads(record["body"]))))


def _batch_ids(message: Mapping[str, Any]) -> Iterator[str]:
    if "batch_id" in message:
        yield message["batch_id"]
    for notice in message.get("Records", []):  # the test event of S3 has no records
        batch_id = batch_of_upload(unquote_plus(notice["s3"]["object"]["key"]))
        if batch_id is not None:
            yield batch_id
