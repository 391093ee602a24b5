"""The health of what is sent over WebSockets."""

from datetime import timedelta

import boto3

from shared.ingestion.stream.failures import FEED_FAILURES
from shared.live.deliveries import Delivery
from tests.events.discarded_batches import DAY
from tests.functions.pipelines.conftest import Health


def test_requests_for_deliveries_wait_until_they_are_made(health: Health) -> None:
    health.wired.deliveries.request([Delivery(channel="analytics"), Delivery(channel="dashboards/d-1")])

    stage = health.stage("live-push", "deliver")

    assert (stage["waiting"], stage["unit"], stage["deadLetters"]) == (2, "messages", 0)


def test_events_that_no_connection_is_handed_are_late(health: Health) -> None:
    health.wired.event_log.append("fraud:decision", [{}, {}])
    fresh = health.stage("live-push", "deliver")
    late = health.after(minutes=10).of("live-push")
    health.wired.event_log.mark_read(2)
    handed = health.of("live-push")

    assert (fresh["status"], fresh["lagSeconds"]) in {("healthy", 0), ("idle", 0)}
    assert late["status"] == "degraded"
    assert late["cause"].startswith("deliver: 2 events not sent to connections, the oldest for 10 minutes")
    assert handed["status"] == "idle"
    (stage,) = [each for each in late["stages"] if each["stage"] == "deliver"]
    assert timedelta(seconds=stage["oldestWaitingSeconds"]) >= timedelta(minutes=10)


def test_decisions_that_the_feed_gave_up_are_named_until_they_are_sent(health: Health) -> None:
    bucket, key = health.wired.name_of(FEED_FAILURES), f"{DAY}/one"
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")

    found = health.of("live-push")

    assert (found["status"], found["stages"][2]["deadLetters"]) == ("degraded", 1)
    assert found["cause"] == "deliver: 1 batch of changed decisions not sent to clients"

    boto3.client("s3").delete_object(Bucket=bucket, Key=key)
    assert health.of("live-push")["status"] == "idle"
