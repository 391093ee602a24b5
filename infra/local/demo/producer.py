"""The demo's way in by stream: Kinesis `PutRecords`, as any producer does it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import orjson

from infra.local.demo.batches import DemoNotSent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from types_boto3_kinesis.client import KinesisClient

    from infra.local.demo.window import Record

MOST_PER_CALL, MOST_BYTES_PER_CALL = 500, 5 * 1024 * 1024
_TRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 10, 0.05, 2.0
_GROUPED_BY = {"events": "session_id", "orders": "order_id", "transactions": "order_id"}


class StreamEntry(NamedTuple):
    """One record on its way; those of a group keep their order, since they go to the same shard."""

    group: str
    data: bytes

    @property
    def size(self) -> int:
        """What Kinesis counts against a call's limit."""
        return len(self.data) + len(self.group.encode())


class StreamProducer:
    """Puts records on the stream and puts those again that the stream refused."""

    def __init__(
        self, kinesis_client: KinesisClient, stream_name: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._kinesis, self._stream_name, self._pause = kinesis_client, stream_name, pause

    def put(self, source_id: str, data_type: str, records: Iterable[Record]) -> None:
        """Put records in the form that `POST /ingest/stream` takes."""
        entries = (_entry(source_id, data_type, record) for record in records)
        for call in batch_entries(entries):
            self._put(call)

    def _put(self, entries: Sequence[StreamEntry]) -> None:
        refusals: set[str] = set()
        for attempt in range(_TRIES):
            answer = self._kinesis.put_records(
                StreamName=self._stream_name,
                Records=[{"Data": entry.data, "PartitionKey": entry.group} for entry in entries],
            )
            results = list(zip(entries, answer["Records"], strict=True))
            refusals = {result["ErrorCode"] for _, result in results if result.get("ErrorCode")}
            entries = [entry for entry, result in results if result.get("ErrorCode")]
            if not entries:
                return
            self._pause(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))
        why = ", ".join(sorted(refusals))
        raise DemoNotSent(f"stream {self._stream_name} rejected {len(entries)} records {_TRIES} times: {why}")


def batch_entries(entries: Iterable[StreamEntry]) -> Iterator[list[StreamEntry]]:
    """Group entries into calls that keep to Kinesis' limits of count and bytes."""
    call: list[StreamEntry] = []
    size = 0
    for entry in entries:
        if call and (len(call) == MOST_PER_CALL or size + entry.size > MOST_BYTES_PER_CALL):
            yield call
            call, size = [], 0
        call.append(entry)
        size += entry.size
    if call:
        yield call


def _entry(source_id: str, data_type: str, record: Record) -> StreamEntry:
    group = str(record[_GROUPED_BY[data_type]])
    message = {
        "source_id": source_id,
        "data_type": data_type,
        "timestamp": record["timestamp"],
        "data": record,
        "correlation_id": group,
    }
    return StreamEntry(group, orjson.dumps(message))
