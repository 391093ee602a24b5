"""The producer respects Kinesis' limits and retries refused records."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
import orjson
import pytest
from moto import mock_aws

from infra.local.demo.batches import DemoNotSent
from infra.local.demo.producer import StreamEntry, StreamProducer, batch_entries
from tests.local.demo.doors import STREAM, events

if TYPE_CHECKING:
    from types_boto3_kinesis.client import KinesisClient


@pytest.fixture
def kinesis() -> Iterator["KinesisClient"]:
    with mock_aws():
        client = boto3.client(
            "kinesis", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_stream(StreamName=STREAM, ShardCount=1)
        yield client


class Busy:
    """A stream that refuses every third record of a call the first times, as a hot shard does, then takes them."""

    def __init__(self, kinesis: "KinesisClient", refusals: int) -> None:
        self.kinesis, self.refusals = kinesis, refusals

    def put_records(self, *, StreamName: str, Records: list[Any]) -> dict[str, Any]:  # noqa: N803 (the service's names)
        if self.refusals == 0:
            return cast("dict[str, Any]", self.kinesis.put_records(StreamName=StreamName, Records=Records))
        self.refusals -= 1
        taken = [record for place, record in enumerate(Records) if place % 3]
        if taken:
            self.kinesis.put_records(StreamName=StreamName, Records=taken)
        refused = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}
        sound = {"SequenceNumber": "1", "ShardId": "shardId-000000000000"}
        answers = [sound if place % 3 else refused for place in range(len(Records))]
        return {"FailedRecordCount": len(Records) - len(taken), "Records": answers}


def streamed(kinesis: "KinesisClient") -> list[dict[str, Any]]:
    shard = kinesis.list_shards(StreamName=STREAM)["Shards"][0]["ShardId"]
    place = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    position, found = place["ShardIterator"], []
    while records := (page := kinesis.get_records(ShardIterator=position, Limit=10_000))["Records"]:
        found += [orjson.loads(record["Data"]) for record in records]
        position = page["NextShardIterator"]
    return found


def test_records_are_sent_with_the_real_protocol(kinesis: "KinesisClient") -> None:
    StreamProducer(kinesis, STREAM).put("web-shop", "events", events(1_100))

    assert [message["data"] for message in streamed(kinesis)] == events(1_100)


def test_refused_records_are_retried_until_all_are_accepted(kinesis: "KinesisClient") -> None:
    pauses: list[float] = []
    producer = StreamProducer(cast("KinesisClient", Busy(kinesis, refusals=3)), STREAM, pauses.append)

    producer.put("web-shop", "events", events(40))

    ids = [message["data"]["event_id"] for message in streamed(kinesis)]
    assert sorted(ids) == sorted(event["event_id"] for event in events(40))
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_a_stream_that_accepts_no_record_is_named(kinesis: "KinesisClient") -> None:
    producer = StreamProducer(cast("KinesisClient", Busy(kinesis, refusals=1_000)), STREAM, lambda _: None)

    with pytest.raises(DemoNotSent, match=r"tally-test-intake rejected 1 records.*ProvisionedThroughputExceeded"):
        producer.put("web-shop", "events", events(9))


@pytest.mark.parametrize(("count", "size"), [(1201, 100), (60, 300_000), (3, 5_000_000), (0, 1)])
def test_calls_respect_the_limits_and_the_order(count: int, size: int) -> None:
    entries = [StreamEntry(f"g-{place}", b"x" * size) for place in range(count)]

    calls = list(batch_entries(entries))

    assert [entry for call in calls for entry in call] == entries
    assert all(0 < len(call) <= 500 for call in calls)
    assert all(sum(entry.size for entry in call) <= 5 * 1024 * 1024 for call in calls)
