"""The report names the stage that holds a pipeline up, and the pipeline recovers when the fault is over."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.merger.handler import handler as merger
from functions.stream_consumer.handler import handler as stream_consumer
from shared.app.wiring import Wiring
from shared.customers.provider import customer_store
from shared.customers.run import new_run_id
from shared.customers.segmentation import segmentation
from shared.ingestion.models import StreamIngestionRequest
from shared.ingestion.stream.consumer import consume_batch
from shared.ingestion.stream.failures import STREAM_FAILURES
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.merging.queue import MERGE_QUEUE
from shared.records.schema import DataType
from shared.runtime.models import rfc3339
from shared.runtime.resources import Queue
from shared.sources.models import SourceConfiguration
from tests.events.api_gateway import context
from tests.events.kinesis import kinesis_event
from tests.events.sqs import s3_notice, sqs_event
from tests.fakes.customer_runs import customer_run
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import AT, sale
from tests.fakes.state_dump import keys, merge_all, roll_up_all
from tests.functions.file_loader.files import announce, loader, put, sales_csv
from tests.functions.pipelines.conftest import Health

SALES = DataType.TRANSACTIONS


def deliver(health: Health, origin: str, **fields: Any) -> None:
    """Load a batch of one sale, which waits for its merge from then on."""
    at = health.clock()
    health.wired.loader.load(delivery(SALES, [sale(1, timestamp=rfc3339(at), **fields)], origin=origin, at=at))


def notify(wired: Wiring, queue: Queue, *bodies: str, received: bool) -> None:
    """Send messages, and let a consumer receive them that does not delete them."""
    sqs, url = boto3.client("sqs"), wired.name_of(queue)
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    if received:
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=720)


def consume(wired: Wiring) -> None:
    """Let the stream consumer read everything that is in the stream, shard by shard."""
    kinesis, name = boto3.client("kinesis"), wired.name_of(EVENT_STREAM)
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        start = kinesis.get_shard_iterator(StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        found = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
        event = kinesis_event([each["Data"] for each in found])
        for record, each in zip(event["Records"], found, strict=True):
            record["eventID"] = f"{shard['ShardId']}:{each['SequenceNumber']}"
            record["kinesis"]["sequenceNumber"] = each["SequenceNumber"]
            record["kinesis"]["approximateArrivalTimestamp"] = each["ApproximateArrivalTimestamp"].timestamp()
        if found:
            stream_consumer(event, context())


def compute(health: Health) -> None:
    """Publish a computation of customers that starts now."""
    run = customer_run(new_run_id(health.clock()))
    customer_store(health.wired).publish(run, segmentation({}, run))


@pytest.mark.usefixtures("deployed")
def test_a_stopped_consumer_is_named_while_records_wait_on_the_stream(health: Health) -> None:
    request = StreamIngestionRequest(
        source_id="web-shop", data_type=SALES, timestamp=health.clock(), data=sale(1, timestamp=rfc3339(health.clock()))
    )
    health.wired.event_stream.put(request)
    assert health.of("stream-analytics")["status"] == "healthy"  # it may take a while

    found = health.after(minutes=10).of("stream-analytics")

    assert found["status"] == "down"
    assert found["cause"] == (
        "consume: records of the stream not consumed, the oldest for 10 minutes; nothing has passed since"
    )
    (consuming,) = [each for each in found["stages"] if each["stage"] == "consume"]
    assert (consuming["in"], consuming["waiting"]) == (None, None)
    assert 600 <= consuming["oldestWaitingSeconds"] <= 630
    assert consuming["lagSeconds"] == consuming["oldestWaitingSeconds"] - 300

    consume(health.wired)
    merge_all(health.wired)

    found = health.of("stream-analytics")
    assert (found["status"], found["completeness"], "cause" in found) == ("healthy", 1, False)
    (consuming,) = [each for each in found["stages"] if each["stage"] == "consume"]
    assert (consuming["in"], consuming["out"], consuming["waiting"]) == (1, 1, 0)


def test_records_that_an_earlier_version_consumed_do_not_seem_to_wait(health: Health) -> None:
    at = health.clock()
    sold = sale(1, timestamp=rfc3339(at))
    health.wired.event_stream.put(
        StreamIngestionRequest(source_id="web-shop", data_type=SALES, timestamp=at, data=sold)
    )
    consume_batch(
        kinesis_event([{"source_id": "web-shop", "data_type": SALES, "timestamp": AT, "data": sold}])["Records"],
        health.wired.loader,
    )
    merge_all(health.wired)

    assert health.after(minutes=10).of("stream-analytics")["status"] in {"idle", "healthy"}


def test_records_that_the_consumer_gave_up_are_named_until_they_are_loaded(health: Health) -> None:
    bucket, key = health.wired.name_of(STREAM_FAILURES), "aws/lambda/mapping/shard/2026/11/30/one"
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")

    found = health.of("stream-analytics")

    assert (found["status"], found["stages"][1]["deadLetters"]) == ("degraded", 1)
    assert found["cause"] == "consume: 1 batch of records not loaded for days"

    boto3.client("s3").delete_object(Bucket=bucket, Key=key)
    assert health.of("stream-analytics")["status"] == "idle"


@pytest.mark.usefixtures("deployed")
def test_a_failing_merger_is_named_while_rows_wait(health: Health, platforms: MotoPlatforms) -> None:
    deliver(health, "batch-1")
    notice = s3_notice(*keys(health.wired.settings, "incoming/"))
    notify(health.wired, MERGE_QUEUE, notice, received=True)
    with platforms.outages.of("glue"):
        answer = merger(sqs_event([notice]), context())
    assert answer["batchItemFailures"]

    for pipeline_id in ("merge", "batch-ingest"):
        found = health.after(minutes=20).of(pipeline_id)
        assert found["status"] == "down", found
        assert found["cause"].startswith("merge: 1 row of 1 delivery not merged, the oldest for ")
        assert found["cause"].endswith(" minutes; nothing has passed since")
        assert (found["completeness"], round(found["sloBurnRate"])) == (0, 1000)

    merge_all(health.wired)
    roll_up_all(health.wired)

    for pipeline_id in ("merge", "batch-ingest"):
        found = health.of(pipeline_id)
        assert (found["status"], found["completeness"], found["sloBurnRate"]) == ("healthy", 1, 0)


def test_a_stuck_queue_is_named_before_the_merger(health: Health) -> None:
    deliver(health, "batch-1")
    notify(health.wired, MERGE_QUEUE, s3_notice(*keys(health.wired.settings, "incoming/")), received=False)
    assert health.of("merge")["status"] == "healthy"

    found = health.after(minutes=20).of("merge")

    assert found["status"] == "down"
    assert found["cause"].startswith("queue: 1 message of the merge queue not received; the merger is not started")

    merge_all(health.wired)
    roll_up_all(health.wired)
    boto3.client("sqs").purge_queue(QueueUrl=health.wired.name_of(MERGE_QUEUE))

    assert health.of("merge")["status"] == "healthy"


def test_a_silent_source_is_named_with_its_interval(health: Health) -> None:
    health.wired.source_configs.put("web-shop", SourceConfiguration(cadence=timedelta(days=1)))
    deliver(health, "batch-1")
    merge_all(health.wired)
    roll_up_all(health.wired)
    assert health.after(hours=30).of("batch-ingest")["status"] == "healthy"  # late, but not silent

    found = health.after(hours=42).of("batch-ingest")

    assert (found["status"], found["completeness"]) == ("degraded", None)
    assert found["cause"] == "sources: web-shop has not delivered transactions for 3 days, expected every 24 hours"
    assert (found["stages"][0]["in"], found["stages"][0]["out"]) == (1, 0)
    assert 48 * 3600 <= found["stages"][0]["lagSeconds"] <= 48 * 3600 + 60

    deliver(health, "batch-2", transaction_id="t-2")
    merge_all(health.wired)

    assert health.of("batch-ingest")["status"] == "healthy"


def test_athena_away_is_named(health: Health, platforms: MotoPlatforms) -> None:
    compute(health)
    with platforms.outages.of("athena"):
        found = health.of("customer-models")

    assert (found["status"], found["cause"]) == ("degraded", "compute: Athena does not respond")
    assert health.of("customer-models")["status"] != "degraded"


@pytest.mark.parametrize(
    ("service", "pipeline_id", "cause"),
    [
        ("glue", "merge", "merge: Glue does not respond"),
        ("sqs", "merge", "queue: SQS does not respond"),
        ("kinesis", "stream-analytics", "consume: Kinesis does not respond"),
    ],
)
def test_a_service_away_is_named(
    health: Health, platforms: MotoPlatforms, service: str, pipeline_id: str, cause: str
) -> None:
    with platforms.outages.of(service):
        found = health.of(pipeline_id)

    assert (found["status"], found["cause"]) == ("degraded", cause)
    assert health.of(pipeline_id)["status"] == "idle"


def test_a_failing_roll_up_job_is_named_with_the_data_type(health: Health) -> None:
    deliver(health, "batch-1")
    merge_all(health.wired)
    assert health.of("merge")["status"] == "healthy"

    found = health.after(minutes=20).of("merge")

    assert found["status"] == "degraded"  # nothing is wrong or missing in answers
    assert found["cause"].startswith("roll-up: 1 day of transactions not rolled up, the oldest for 20 minutes")
    assert [(each["in"], each["out"], each["waiting"]) for each in found["stages"][2:]] == [(1, 0, 1)]

    roll_up_all(health.wired)

    assert health.of("merge")["status"] == "healthy"


def test_a_failing_file_loader_is_named(health: Health, platforms: MotoPlatforms) -> None:
    batch_id = announce(health.wired)
    notice = put(health.wired, batch_id, sales_csv(range(3)))
    notify(health.wired, UPLOAD_QUEUE, notice, received=True)
    with platforms.fault_injector.killing(0, CrashPoint.AFTER):
        loader(health.wired).run(batch_id, has_time=lambda: True)
    assert health.of("file-ingest")["status"] == "healthy"

    found = health.after(hours=2).of("file-ingest")

    assert found["status"] == "down"
    assert found["cause"] == (
        "load: 1 file not loaded, the oldest for 2 hours; the file loader does not finish; nothing has passed since"
    )

    loader(health.wired).run(batch_id, has_time=lambda: True)
    merge_all(health.wired)

    found = health.of("file-ingest")
    assert (found["status"], found["completeness"]) == ("healthy", 1)


def test_a_file_that_nobody_fetches_is_named(health: Health) -> None:
    batch_id = announce(health.wired)
    notify(health.wired, UPLOAD_QUEUE, put(health.wired, batch_id, sales_csv(range(3))), received=False)

    found = health.after(hours=2).of("file-ingest")

    assert found["status"] == "down"
    assert found["cause"].startswith("queue: 1 file not loaded, the oldest for 2 hours; the file loader is not started")

    boto3.client("sqs").purge_queue(QueueUrl=health.wired.name_of(UPLOAD_QUEUE))
    loader(health.wired).run(batch_id, has_time=lambda: True)
    merge_all(health.wired)

    assert health.of("file-ingest")["status"] == "healthy"


def test_an_overdue_computation_of_customers_is_named(health: Health) -> None:
    assert health.of("customer-models")["status"] == "idle"
    compute(health)
    deliver(health, "batch-1")

    found = health.after(hours=30).of("customer-models")

    assert (found["status"], found["completeness"]) == ("degraded", None)
    assert found["cause"] == "compute: the last computation started 30 hours ago, and one is due every day"
    assert 30 * 3600 <= found["freshnessSeconds"] <= 30 * 3600 + 60

    compute(health)

    assert health.of("customer-models")["freshnessSeconds"] == 10


def test_customers_that_are_never_computed_are_down(health: Health) -> None:
    deliver(health, "batch-1")
    assert health.of("customer-models")["status"] == "healthy"

    found = health.after(hours=30).of("customer-models")

    assert found["status"] == "down"
    assert found["cause"].startswith("compute: no computation, although sales have been delivered for 30 hours")
