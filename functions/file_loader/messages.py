"""What the messages of the upload queue say: S3's that a file arrived, and our own that one is to be gone on with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

import orjson

from shared.lake.storage.paths import batch_of_upload


def batches_of(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell the batches that messages are about, each once."""
    return list(dict.fromkeys(batch_id for record in records for batch_id in _batch_ids(orjson.loads(record["body"]))))


def _batch_ids(message: Mapping[str, Any]) -> Iterator[str]:
    if "batch_id" in message:
        yield message["batch_id"]
    for notice in message.get("Records", []):  # S3's test event has none
        batch_id = batch_of_upload(unquote_plus(notice["s3"]["object"]["key"]))
        if batch_id is not None:
            yield batch_id
