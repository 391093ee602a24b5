"""A producer that knows boto3 and the documented form of a record, and nothing else of the platform."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.waiting import until

MOST_PER_CALL, MOST_BYTES_PER_CALL = 500, 5 * 1024 * 1024
ACCEPTED_WITHIN = 30.0


def message(source_id: str, record: dict[str, Any], data_type: str = "transactions") -> bytes:
    """Return a record in the form that `POST /ingest/stream` takes."""
    at = record.get("timestamp", "2024-01-01T00:00:00Z")
    return json.dumps({"source_id": source_id, "data_type": data_type, "timestamp": at, "data": record}).encode()


def put(platform: RunningPlatform, payloads: Iterable[bytes]) -> None:
    """Put records on the stream, 500 or 5 MB to a call, and those again that it refused."""
    kinesis = platform.client("kinesis")
    waiting: list[bytes] = []

    def sent() -> bool:
        nonlocal waiting
        answer = kinesis.put_records(
            StreamName=platform.outputs.event_stream,
            Records=[{"Data": each, "PartitionKey": str(hash(each))} for each in waiting],
        )
        waiting = _refused(waiting, answer["Records"])
        return not waiting

    for call in _calls(payloads):
        waiting = call
        until(sent, seconds=ACCEPTED_WITHIN, what="the stream takes everything")


def _refused(sent: Sequence[bytes], results: Sequence[dict[str, Any]]) -> list[bytes]:
    return [each for each, result in zip(sent, results, strict=True) if result.get("ErrorCode")]


def _calls(payloads: Iterable[bytes]) -> list[list[bytes]]:
    calls: list[list[bytes]] = [[]]
    size = 0
    for each in payloads:
        if len(calls[-1]) == MOST_PER_CALL or size + len(each) > MOST_BYTES_PER_CALL:
            calls.append([])
            size = 0
        calls[-1].append(each)
        size += len(each)
    return calls
