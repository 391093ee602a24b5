"""With a part of the platform stopped, the health of pipelines names that part, and later that it works again.

What is stopped are the deployed functions themselves. Nobody waits for them to be late: the report is read from this
process, by a clock that is ahead.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.ingestion.uploads.queue import UPLOAD_QUEUE
from shared.merging.queue import MERGE_QUEUE
from shared.pipelines.models import PipelineHealth, PipelineStatus
from shared.runtime.resources import Queue
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, Record, data_of, sale
from tests.local.end_to_end.outages import failing, stopped
from tests.local.end_to_end.waiting import until
from tests.local.host.free_ports import free_ports

NOW = timedelta()
SOON, HOURS, DAYS = timedelta(minutes=30), timedelta(hours=3), timedelta(days=4)
WITHIN = 60.0
_IN_PROCESS = "ApproximateNumberOfMessagesNotVisible"


def health(platform: RunningPlatform, pipeline_id: str, later: timedelta = NOW) -> PipelineHealth:
    """Return the health of a pipeline as it will be."""
    wired = Wiring(platform.settings_of("pipelines"), lambda: datetime.now(UTC) + later)
    (found,) = wired.pipeline_health.report(pipeline_id).pipelines
    return found


def cause(platform: RunningPlatform, pipeline_id: str, later: timedelta) -> str:
    """Return what will hold a pipeline up."""
    found = health(platform, pipeline_id, later)
    return f"{found.status}, {found.cause}"


def recovered(platform: RunningPlatform, pipeline_id: str, later: timedelta) -> None:
    """Wait until nothing will hold a pipeline up."""

    def is_held_up() -> bool:
        return health(platform, pipeline_id, later).status in {PipelineStatus.DOWN, PipelineStatus.DEGRADED}

    until(lambda: not is_held_up(), seconds=WITHIN, what=f"{pipeline_id} recovers")


def held_up(send: Callable[[], str], judge: Callable[[], str]) -> tuple[str, list[str]]:
    """Send until the pipeline is down; return the reported cause, and the ids of everything sent.

    A run that had begun before its function was stopped may still take what is sent first.
    """
    sent: list[str] = []

    def is_down() -> str | None:
        sent.append(send())
        found = judge()
        return found if found.startswith("down, ") else None

    return until(is_down, seconds=WITHIN, what="nothing passes any longer"), sent


def merged_again(client: Client, sent: Sequence[str]) -> None:
    """Keep sending until earlier deliveries are merged: a message that failed is not redelivered for minutes."""

    def are_merged() -> bool:
        _send_a_sale(client)
        return all(client.status(each)["status"] != "processing" for each in sent)

    until(are_merged, seconds=WITHIN, what="the merger works again")


def stage_of(found: str) -> str:
    """Return the stage at which a pipeline is down."""
    named = re.match(r"down, ([\w-]+): ", found)
    assert named, found
    return named[1]


def in_process(platform: RunningPlatform, queue: Queue) -> int:
    """Return how many messages are received and not deleted, such as those of functions that other tests killed.

    While there are any, it cannot be told that nobody receives the queue, and the stage behind it is the cause.
    """
    told = platform.client("sqs").get_queue_attributes(
        QueueUrl=platform.settings_of("pipelines").name_of(queue), AttributeNames=[_IN_PROCESS]
    )
    return int(told["Attributes"][_IN_PROCESS])


def present_sale(number: str) -> Record:
    """Return a sale of today, in a currency that no other test adds up."""
    return sale(number, f"{datetime.now(UTC):%Y-%m-%d}", currency="XAF") | {"timestamp": datetime.now(UTC).isoformat()}


def _send_a_sale(client: Client) -> str:
    """Send one sale, and return the id of its batch."""
    return str(client.send("health-batch", "transactions", [present_sale("health-2")])["batch_id"])


def _upload_a_sale(client: Client) -> str:
    """Upload a file of one sale, and return the id of its batch."""
    said = {"source_id": "health-file", "data_type": "transactions", "format": "json"}
    announced = data_of(client.http.post("/ingest/uploads", json=said))
    put = httpx.put(announced["url"], json=[present_sale("health-4")], headers=announced["headers"])
    assert put.is_success, put.text
    return str(announced["batch_id"])


def _of_stage(found: str, stage: str) -> str | None:
    """Return a cause if it is at this stage."""
    return found if f", {stage}: " in found else None


@pytest.fixture(autouse=True)
def settled(ours: RunningPlatform) -> None:
    """Let what other tests sent be merged and accounted for first."""
    ours.settle(quiet=0.1)
    recovered(ours, "merge", SOON)


def test_the_route_reports_all_pipelines(client: Client) -> None:
    answer = client.http.get("/analytics/pipeline/health")

    assert answer.status_code == 200, answer.text
    pipelines = {each["pipelineId"]: each for each in answer.json()["pipelines"]}
    assert len(pipelines) == 8
    assert pipelines["replay"]["status"] == "idle"
    unanswered = [each["cause"] for each in pipelines.values() if "does not respond" in each.get("cause", "")]
    assert unanswered == []


def test_a_stopped_stream_consumer_is_named(client: Client, ours: RunningPlatform) -> None:
    record = {"source_id": "health-stream", "data_type": "transactions", "timestamp": "2024-01-01T00:00:00Z"}
    with stopped(ours, "stream-consumer"):
        answer = client.http.post("/ingest/stream", json={**record, "data": present_sale("health-1")})
        assert answer.status_code == 202, answer.text
        assert cause(ours, "stream-analytics", SOON).startswith("down, consume: records of the stream not consumed")

    client.ledger_of("health-stream", 1)
    recovered(ours, "stream-analytics", SOON)


def test_a_stopped_merger_is_named(client: Client, ours: RunningPlatform) -> None:
    with stopped(ours, "merger"):
        found, sent = held_up(lambda: _send_a_sale(client), lambda: cause(ours, "batch-ingest", SOON))
        assert found.startswith("down, merge: 1 row of 1 delivery not merged")
        named = stage_of(cause(ours, "merge", SOON))
        assert named == "queue" or (named == "merge" and in_process(ours, MERGE_QUEUE))

    for each in sent:
        client.outcome(each)
    recovered(ours, "batch-ingest", SOON)
    recovered(ours, "merge", SOON)


def test_a_failing_merger_is_named_as_such(client: Client, ours: RunningPlatform) -> None:
    with failing(ours, "merger"):
        _, sent = held_up(lambda: _send_a_sale(client), lambda: cause(ours, "batch-ingest", SOON))
        found = until(lambda: _of_stage(cause(ours, "merge", SOON), "merge"), seconds=WITHIN, what="the merger fails")
        assert found.startswith("down, merge: 1 row of 1 delivery not merged")

    merged_again(client, sent)
    recovered(ours, "merge", SOON)


def test_a_stopped_roll_up_job_is_named(client: Client, ours: RunningPlatform) -> None:
    with stopped(ours, "rollup-job"):
        client.outcome(client.send("health-batch", "transactions", [present_sale("health-3")])["batch_id"])
        assert cause(ours, "merge", SOON).startswith("degraded, roll-up: 1 day of transactions not rolled up")

    recovered(ours, "merge", SOON)


def test_a_stopped_file_loader_is_named(client: Client, ours: RunningPlatform) -> None:
    with stopped(ours, "file-loader"):
        found, sent = held_up(lambda: _upload_a_sale(client), lambda: cause(ours, "file-ingest", HOURS))
        assert f"{stage_of(found)}: 1 file not loaded" in found
        assert stage_of(found) == "queue" or (stage_of(found) == "load" and in_process(ours, UPLOAD_QUEUE))

    for each in sent:
        client.outcome(each)
    recovered(ours, "file-ingest", HOURS)


def test_a_silent_source_is_named(client: Client, ours: RunningPlatform) -> None:
    client.outcome(client.send("health-silent", "transactions", [present_sale("health-5")])["batch_id"])

    found = cause(ours, "batch-ingest", DAYS)

    assert found.startswith("degraded, sources: ")
    assert "health-silent has not delivered transactions for 4 days, expected every 24 hours" in found
    recovered(ours, "batch-ingest", NOW)


def test_an_overdue_computation_and_athena_away_are_named(
    client: Client, ours: RunningPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = present_sale("health-6") | {"customer_id": "health-ida"}
    client.outcome(client.send("health-batch", "transactions", [bought])["batch_id"])
    done = CliRunner().invoke(app, ["customers", "compute", "--directory", str(ours.layout.directory)])
    assert done.exit_code == 0, done.output
    assert cause(ours, "customer-models", DAYS).startswith("degraded, compute: the last computation started 4 days ago")
    assert health(ours, "customer-models").status is PipelineStatus.HEALTHY

    monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", free_ports().url("athena"))
    assert cause(ours, "customer-models", NOW) == "degraded, compute: Athena does not respond"
