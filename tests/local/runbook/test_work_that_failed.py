"""Sections about functions, queues, streams and deliveries that fail: each is followed after such a failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from shared.runtime.models import now, rfc3339
from tests.events.discarded_batches import DAY, discarded_batch
from tests.events.dynamodb_stream import table_changes
from tests.events.kinesis import kinesis_event
from tests.fakes.live_clients import decision, decision_change
from tests.fakes.records import sale as sold
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, counted, data_of, sale
from tests.local.end_to_end.outages import failing, stopped
from tests.local.end_to_end.producer import message, put
from tests.local.end_to_end.test_redrives import stream
from tests.local.end_to_end.waiting import until
from tests.local.runbook.operator import Operator
from tests.local.runbook.seen import SOON, dead_letters, healthy, logged, objects

pytestmark = pytest.mark.thorough
A_DAY = "2016-03-01"


@contextmanager
def impatient(platform: RunningPlatform, queue: str) -> Iterator[None]:
    """Let messages of a queue be received again after a second, not after minutes."""
    sqs, name = platform.client("sqs"), "VisibilityTimeout"
    url = sqs.get_queue_url(QueueName=f"tally-local-{queue}")["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: "1"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def discard(platform: RunningPlatform, bucket: str, event: dict[str, Any]) -> None:
    """Store a batch as Lambda does once it is too old."""
    name = platform.outputs.every[bucket]
    platform.client("s3").put_object(Bucket=name, Key=f"{DAY}/given-up", Body=discarded_batch(event))


def give_up_records(platform: RunningPlatform, source: str, number: int) -> None:
    """Let the consumer of the stream give up so many records of a source."""
    sales = [message(source, sold(each, timestamp=rfc3339(now()))) for each in range(number)]
    discard(platform, "StreamFailuresBucketName", kinesis_event(sales, arrived=now()))


def give_up_decision(platform: RunningPlatform) -> None:
    """Let the feed for live clients give up a changed decision."""
    decided = decision(1, decision_id="given-up-decision")
    item = {"decision_id": {"S": decided["decision_id"]}, "body": {"S": orjson.dumps(decided).decode()}}
    platform.client("dynamodb").put_item(TableName=platform.outputs.every["DecisionsTableName"], Item=item)
    discard(platform, "FeedFailuresBucketName", table_changes(decision_change(decided, 100)))


def test_before_anything_else_the_operator_looks_and_can_stop_the_merger(operator: Operator) -> None:
    *_, looked, ended, started = operator.printed

    assert '"pipelineId":"batch-ingest"' in looked
    assert (ended, started) == ('"Disabled"\n', '"Enabled"\n')


def test_the_log_has_the_reason_of_a_failed_run(operator: Operator, broken: RunningPlatform, client: Client) -> None:
    client.send_all("functions-shop", [sale("functions-1", A_DAY, customer_id="customer-1")])
    broken.client("lambda").invoke(FunctionName="tally-local-merger", Payload=b"{}")
    failed = until(lambda: logged(broken, "merger", "invocation failed"), seconds=SOON, what="the failure is logged")

    with operator.section("Functions and workflows") as section:
        reason, computed, targets = section.run(), section.run(), section.run()

    assert "KeyError" in reason
    assert "customers are computed" in computed
    assert "function:tally-local-sweeper" in targets.splitlines()[0]
    assert targets.splitlines()[1].endswith(":tally-local-push-queue")
    assert counted(client.send_all("functions-shop", [sale("functions-2", A_DAY)])[0]["outcome"]) == {"loaded": 1}
    assert logged(broken, "merger", "invocation failed") == failed


def test_messages_that_failed_are_moved_back_and_scheduled_runs_repeated(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    broken.settle(quiet=0.5)
    with impatient(broken, "merge-queue"), failing(broken, "merger"):
        sent = client.send("queues-shop", "transactions", [sale("queues-1", A_DAY)])
        until(lambda: dead_letters(broken, "merge-queue-dead-letters"), seconds=SOON, what="the message is given up")
    with failing(broken, "reconciler"):
        broken.client("lambda").invoke(FunctionName="tally-local-reconciler", InvocationType="Event")
        until(lambda: dead_letters(broken, "schedule-failures"), seconds=SOON, what="the failed run is reported")

    with operator.section("Queues and dead letters") as section:
        listed, moved, started = section.run(), section.run(), section.run()

    assert sent["batch_id"] in listed
    assert moved == "1 message moved back to the queue.\n"
    assert "1 message removed; the functions were started again." in started
    assert counted(client.outcome(sent["batch_id"])["outcome"]) == {"loaded": 1}
    assert [dead_letters(broken, each) for each in ("merge-queue-dead-letters", "schedule-failures")] == [0, 0]
    healthy(client, "merge")
    changes = client.http.get("/analytics/audit/logs", params={"action": "dead-letters redrive"}).json()["logs"]
    assert {each["resource"] for each in changes} >= {"merge-queue-dead-letters", "schedule-failures"}


def test_what_consumers_of_streams_gave_up_is_loaded(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    put(broken, [message("streams-till", sale("streams-1", A_DAY))])
    client.ledger_of("streams-till", 1)
    give_up_records(broken, "streams-shop", 3)
    give_up_decision(broken)

    with operator.section("Streams") as section:
        section.run()
        assert "discarded" in data_of(client.http.get("/ingest/ledger"))
        redriven, ledger = section.run(), orjson.loads(section.run())["data"]

    assert "3 records of events handed over" in redriven
    assert "1 record of decisions handed over" in redriven
    assert "discarded" not in ledger
    assert ledger["totals"]["balanced"]
    assert counted(client.ledger_of("streams-shop", 3)) == {"loaded": 3}
    healthy(client, "live-push")


def test_the_first_stage_that_is_not_healthy_is_the_cause(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    give_up_records(broken, "late-shop", 2)

    with operator.section("Late data") as section:
        until(
            lambda: "consume: 1 batch" in str(client.http.get("/analytics/pipeline/health").json()),
            seconds=SOON,
            what="the report is new",
        )
        report = orjson.loads(section.run())
        section.run()

    (late,) = [each for each in report["pipelines"] if each["pipelineId"] == "stream-analytics"]
    assert late["status"] == "degraded"
    assert late["cause"].startswith("consume: 1 batch")
    assert stream(broken, "redrive").exit_code == 0
    healthy(client, "stream-analytics")


def test_a_damaged_object_stays_until_it_is_replaced_and_others_are_merged(
    operator: Operator, broken: RunningPlatform, client: Client
) -> None:
    broken.settle(quiet=0.5)
    with stopped(broken, "merger"):
        damaged = client.send("deliveries-shop", "transactions", [sale("deliveries-1", A_DAY)])
        (key,) = until(lambda: objects(broken, "incoming/transactions/"), seconds=SOON, what="the object is written")
        broken.client("s3").put_object(Bucket=broken.outputs.lake_bucket, Key=key, Body=b"no Parquet")
        whole = client.send("deliveries-shop", "transactions", [sale("deliveries-2", A_DAY)])
    assert counted(client.outcome(whole["batch_id"])["outcome"]) == {"loaded": 1}

    with operator.section("Deliveries and merges") as section:
        reason = section.run()
        with operator.section("Objects of the lake") as repair:
            repair.run(KEY=key)
        section.run()

    assert '"an incoming object cannot be read"' in reason
    assert key in reason
    assert counted(client.outcome(damaged["batch_id"])["outcome"]) == {"loaded": 1}
    until(lambda: not objects(broken, "incoming/"), seconds=SOON, what="nothing waits")
    healthy(client, "batch-ingest")
