"""Files of sales as clients upload them, and the queue between their arrival and the loader."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import orjson

from functions.file_loader.messages import batches_of
from shared.app.wiring import Wiring
from shared.ingestion.models import BatchStatusResponse
from shared.ingestion.uploads.loader import FileLoader
from shared.ingestion.uploads.models import UploadRequest
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.runtime.settings import Settings
from tests.events.sqs import s3_notice, sqs_event
from tests.fakes.state_dump import merge_all

COLUMNS = ("transaction_id", "timestamp", "product_id", "quantity", "unit_price")
ROWS_PER_PART = 3


def sales_csv(numbers: Iterable[int], *, bad: Iterable[int] = (), day: str = "2025-02-27") -> bytes:
    """Sales as CSV, some with a quantity that is none."""
    spoilt = set(bad)
    lines = [f"t-{number},{day}T10:15:00Z,mug,{'many' if number in spoilt else 2},9.99" for number in numbers]
    return "\n".join([",".join(COLUMNS), *lines, ""]).encode()


def announce(wired: Wiring, **said: Any) -> str:
    """Announce a file, and return its batch id."""
    request = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"} | said
    return wired.uploads.create(UploadRequest.model_validate(request)).batch_id


def put(wired: Wiring, batch_id: str, content: bytes) -> str:
    """Put a file at the key of its batch, and return the S3 notification."""
    upload = wired.uploads.store.get(batch_id)
    assert upload is not None
    boto3.client("s3").put_object(Bucket=wired.settings.name_of(LAKE_BUCKET), Key=upload.key, Body=content)
    return s3_notice(upload.key)


def loader(wired: Wiring, *, rows_per_part: int = ROWS_PER_PART) -> FileLoader:
    """The loader, with parts of a few rows."""
    usual = wired.file_loader
    settlement = replace(usual.finalizer, rows_per_part=rows_per_part)
    return replace(usual, rows_per_part=rows_per_part, finalizer=settlement)


def sent(settings: Settings) -> Iterator[str]:
    """Take every message off the upload queue, including those that arrive meanwhile."""
    sqs, queue = boto3.client("sqs"), settings.name_of(UPLOAD_QUEUE)
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            yield message["Body"]


def load(wired: Wiring, *notices: str, rows_per_part: int = ROWS_PER_PART) -> None:
    """Run the loader for notices, and for all that it sends itself."""
    for batch_id in batches_of(sqs_event(notices)["Records"]):
        loader(wired, rows_per_part=rows_per_part).run(batch_id, has_time=lambda: True)
    for body in sent(wired.settings):
        loader(wired, rows_per_part=rows_per_part).run(orjson.loads(body)["batch_id"], has_time=lambda: True)


def upload(wired: Wiring, content: bytes, *, rows_per_part: int = ROWS_PER_PART, **said: Any) -> str:
    """Announce, put and load a file, and merge what it brings; return its batch."""
    batch_id = announce(wired, **said)
    load(wired, put(wired, batch_id, content), rows_per_part=rows_per_part)
    merge_all(wired)
    return batch_id


def status(wired: Wiring, batch_id: str) -> BatchStatusResponse:
    """The status of a batch."""
    return wired.lifecycle.status(batch_id)


def outcome(wired: Wiring, batch_id: str) -> dict[str, int]:
    """The five numbers of a batch, those that are not nought."""
    told = status(wired, batch_id).outcome.model_dump()
    return {name: number for name, number in told.items() if number}


def for_one_part() -> Callable[[], bool]:
    """Time for one part, and no more."""
    left = iter([True])
    return lambda: next(left, False)


def zipped(content: bytes) -> bytes:
    """The same in gzip, byte for byte alike in every run."""
    return gzip.compress(content, mtime=0)
