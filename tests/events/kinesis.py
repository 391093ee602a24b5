"""Runs of a Kinesis stream as an event source mapping hands them to a function."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import boto3
import orjson

from shared.ingestion.stream.producer import EVENT_STREAM
from shared.runtime.settings import Settings
from tests.fakes.records import NOW


def kinesis_event(payloads: Sequence[Any], *, first: int = 0, arrived: datetime = NOW) -> dict[str, Any]:
    """A run of one shard: bytes and text go in as they are, everything else as JSON; `first` is where it begins."""
    return {"Records": [_record(each, first + place, arrived) for place, each in enumerate(payloads)]}


def events_on_stream(settings: Settings, *, arrived: datetime = NOW) -> Iterator[dict[str, Any]]:
    """The records of each shard of the stream that has any, as one run."""
    kinesis, name = boto3.client("kinesis"), settings.name_of(EVENT_STREAM)
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        start = kinesis.get_shard_iterator(StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        found = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
        if found:
            shard_id, data = shard["ShardId"], [base64.b64encode(each["Data"]).decode() for each in found]
            numbers = [each["SequenceNumber"] for each in found]
            yield {
                "Records": [
                    _kinesis_record(shard_id, number, each, arrived=arrived)
                    for number, each in zip(numbers, data, strict=True)
                ]
            }


def kinesis_record(data: str, *, number: int = 0, arrived: datetime = NOW) -> dict[str, Any]:
    """One record whose data is exactly this text, be it base64 or not."""
    at = arrived + timedelta(milliseconds=number)
    return _kinesis_record("shardId-000000000006", f"4964{number:052d}", data, arrived=at)


def _kinesis_record(shard_id: str, sequence: str, data: str, *, arrived: datetime) -> dict[str, Any]:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": f"key-{sequence}",
            "sequenceNumber": sequence,
            "data": data,
            "approximateArrivalTimestamp": arrived.timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{sequence}",
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
