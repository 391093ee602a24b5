"""Runs of a Kinesis stream as an event source mapping hands them to a function."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from tests.fakes.records import NOW


def kinesis_event(payloads: Sequence[Any], *, first: int = 0, arrived: datetime = NOW) -> dict[str, Any]:
    """A run of one shard: bytes and text go in as they are, everything else as JSON; `first` is where it begins."""
    return {"Records": [_record(each, first + place, arrived) for place, each in enumerate(payloads)]}


def kinesis_record(data: str, *, number: int = 0, arrived: datetime = NOW) -> dict[str, Any]:
    """One record whose data is exactly this text, be it base64 or not."""
    sequence = f"4964{number:052d}"
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": f"key-{number}",
            "sequenceNumber": sequence,
            "data": data,
            "approximateArrivalTimestamp": arrived.timestamp() + number / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000006:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/consumer",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/tally-event-stream",
    }


def _record(payload: Any, number: int, arrived: datetime) -> dict[str, Any]:
    data = payload if isinstance(payload, bytes) else payload.encode() if isinstance(payload, str) else None
    return kinesis_record(
        base64.b64encode(orjson.dumps(payload) if data is None else data).decode(), number=number, arrived=arrived
    )
