"""Batches that Lambda gave up: the ledger counts those of the stream, and a command hands them over again."""

from typing import Any

import orjson
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.runtime.models import now, rfc3339
from tests.events.discarded_batches import DAY, discarded_batch
from tests.events.dynamodb_stream import table_changes
from tests.events.kinesis import kinesis_event
from tests.fakes.live_clients import decision, decision_change
from tests.fakes.records import sale
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, data_of
from tests.local.end_to_end.producer import message

SOURCE = "given-up-shop"


def discard(platform: RunningPlatform, bucket: str, event: dict[str, Any]) -> None:
    """Store a batch as Lambda does when it is too old."""
    name = platform.outputs.every[bucket]
    platform.client("s3").put_object(Bucket=name, Key=f"{DAY}/end-to-end", Body=discarded_batch(event))


def stream(platform: RunningPlatform, *arguments: str) -> Result:
    """Run a command for streams."""
    return CliRunner().invoke(app, ["stream", *arguments, "--directory", str(platform.layout.directory)])


def ledger(client: Client) -> Any:
    """The ledger of the source."""
    return data_of(client.http.get("/ingest/ledger", params={"source_id": SOURCE}))


def test_records_that_were_given_up_are_in_the_ledger_until_they_are_loaded(
    platform: RunningPlatform, client: Client
) -> None:
    sold = [message(SOURCE, sale(number, timestamp=rfc3339(now()))) for number in range(3)]
    discard(platform, "StreamFailuresBucketName", kinesis_event(sold, arrived=now()))

    given_up = ledger(client)
    redriven = stream(platform, "redrive", "events")
    loaded = ledger(client)

    assert given_up["discarded"] == {"batches": 1, "records": 3, "oldest": "2026-11-24T10:00:00Z", "complete": True}
    assert given_up["totals"]["received"] == 0
    assert redriven.exit_code == 0, redriven.output
    assert "discarded" not in loaded
    assert loaded["totals"]["received"] == 3


def test_decisions_that_were_given_up_are_sent(platform: RunningPlatform) -> None:
    decided = decision(1, decision_id="given-up-decision")
    item = {"decision_id": {"S": decided["decision_id"]}, "body": {"S": orjson.dumps(decided).decode()}}
    platform.client("dynamodb").put_item(TableName=platform.outputs.every["DecisionsTableName"], Item=item)
    discard(platform, "FeedFailuresBucketName", table_changes(decision_change(decided, 100)))

    listed = stream(platform, "failures", "--json")
    redriven = stream(platform, "redrive", "decisions")

    assert [(each["stream"], each["records"]) for each in orjson.loads(listed.stdout)] == [("decisions", 1)]
    assert redriven.exit_code == 0, redriven.output
    assert "1 record of decisions" in redriven.output
    assert orjson.loads(stream(platform, "failures", "--json").stdout) == []
