"""What the route answers, and to which questions."""

from datetime import timedelta

import boto3
import pytest

from shared.decisions.configuration import FraudParameters
from shared.ledger.entry import LedgerEntry
from shared.ledger.store import LEDGER_TABLE
from shared.records.schema import DataType
from tests.contract.live.connections import connection
from tests.fakes.deliveries import delivery
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import sale
from tests.fakes.state_dump import merge_all
from tests.functions.pipelines.conftest import Health

PIPELINES = [
    "batch-ingest",
    "file-ingest",
    "stream-analytics",
    "merge",
    "customer-models",
    "drift-profiles",
    "live-push",
    "replay",
]


def test_an_empty_platform_has_all_pipelines_idle(health: Health) -> None:
    answer = health.ask()

    assert answer.status == 200
    assert [each["pipelineId"] for each in answer.body["pipelines"]] == PIPELINES
    assert {each["status"] for each in answer.body["pipelines"]} == {"idle"}
    assert {stage["status"] for each in answer.body["pipelines"] for stage in each["stages"]} == {"idle"}
    for each in answer.body["pipelines"]:
        assert each.keys() == {
            *("pipelineId", "status", "freshnessSeconds", "completeness", "stages"),
            *("sloBurnRate", "objective", "checkedAt"),
        }
        assert (each["freshnessSeconds"], each["completeness"], each["sloBurnRate"]) == (None, None, None)
        for stage in each["stages"]:
            assert stage.keys() - {"deadLetters"} == {
                *("stage", "status", "in", "out", "lagSeconds", "oldestWaitingSeconds"),
                *("unit", "waiting"),
            }


def test_a_pipeline_that_works_is_healthy_with_balanced_stages(health: Health) -> None:
    wired, at = health.wired, health.clock()
    rows = [sale(1), sale(2), sale(2), sale(3, quantity="many")]
    wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin="batch-1", at=at))
    merge_all(wired)

    found = health.of("batch-ingest")

    assert (found["status"], found["completeness"], found["sloBurnRate"]) == ("healthy", 1, 0)
    assert 10 <= found["freshnessSeconds"] <= 40
    assert [(each["stage"], each["in"], each["out"]) for each in found["stages"]] == [
        ("sources", 0, 0),
        ("load", 4, 4),
        ("merge", 3, 3),
    ]
    assert found["objective"] == {"freshnessSeconds": 900, "completeness": 0.999}


def test_a_delivery_within_its_normal_time_lowers_nothing(health: Health) -> None:
    wired = health.wired
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", at=health.clock()))
    merge_all(wired)
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(2)], origin="batch-2", at=health.clock()))

    found = health.after(minutes=5).of("batch-ingest")

    assert (found["status"], found["completeness"]) == ("healthy", 1)
    assert [each["waiting"] for each in found["stages"]] == [0, 0, 1]
    assert 300 <= found["stages"][2]["oldestWaitingSeconds"] <= 330


def test_completeness_counts_the_rows_that_are_late(health: Health) -> None:
    wired, at = health.wired, health.clock()
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(number) for number in range(3)], origin="b-1", at=at))
    merge_all(wired)
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(9)], origin="b-2", at=health.clock()))

    found = health.after(minutes=20).of("batch-ingest")

    assert (found["completeness"], found["sloBurnRate"]) == (0.75, pytest.approx(250))


def test_a_service_level_that_is_configured_applies_at_once(health: Health) -> None:
    wired = health.wired
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", at=health.clock()))
    assert health.after(minutes=5).of("batch-ingest")["status"] == "healthy"

    before = wired.fraud_configuration.get()
    slos = before.document["slos"] | {"batch-ingest": {"freshnessSeconds": 60, "completeness": 0.9}}
    changed = FraudParameters.model_validate({**before.document, "slos": slos})
    wired.fraud_configuration.put(changed, replaces=before, by="ann")

    found = health.of("batch-ingest")
    assert (found["status"], found["objective"]) == ("down", {"freshnessSeconds": 60, "completeness": 0.9})
    assert found["sloBurnRate"] == pytest.approx(10)


def test_rows_of_each_channel_count_for_its_own_pipeline(health: Health) -> None:
    wired = health.wired
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", at=health.clock()))
    merge_all(wired)

    assert health.stage("batch-ingest", "load")["in"] == 1
    assert health.stage("file-ingest", "load")["in"] == 0
    assert health.stage("stream-analytics", "consume")["in"] == 0
    assert health.stage("merge", "merge")["in"] == 1


def test_redriven_rows_are_not_late_although_they_came_long_ago(health: Health) -> None:
    wired, at = health.wired, health.clock()
    spoilt = sale(1, quantity="many")
    wired.loader.load(delivery(DataType.TRANSACTIONS, [spoilt, sale(2)], origin="batch-1", at=at))
    merge_all(wired)

    def redriven(entry: LedgerEntry | None) -> LedgerEntry:
        assert entry is not None
        return entry.with_redrive("1", 1)

    health.after(hours=2)
    wired.ledger.update("batch-1", redriven)

    found = health.of("batch-ingest")
    assert (found["status"], found["completeness"]) == ("healthy", 1)


def test_an_open_connection_is_seen_until_it_expires(health: Health) -> None:
    health.wired.connections.add(connection("connection-1", connected_at=health.clock()))

    assert health.of("live-push")["status"] == "healthy"
    assert health.stage("live-push", "connect")["in"] == 1
    assert health.after(hours=3).of("live-push")["status"] == "idle"


def test_pipeline_and_stage_select(health: Health) -> None:
    merge = health.ask(stage="merge").body["pipelines"]
    both = health.ask(pipelineId="merge", stage="roll-up").body["pipelines"]

    assert [each["pipelineId"] for each in merge] == ["batch-ingest", "file-ingest", "stream-analytics", "merge"]
    assert {stage["stage"] for each in merge for stage in each["stages"]} == {"merge"}
    assert [(each["pipelineId"], [it["stage"] for it in each["stages"]]) for each in both] == [("merge", ["roll-up"])]


@pytest.mark.parametrize(
    "query",
    [
        {"pipelineId": "nothing"},
        {"pipelineId": ""},
        {"stage": "../merge"},
        {"pipelineId": "replay", "stage": "merge"},
        {"pipelineId": "Merge"},
    ],
)
def test_an_unknown_pipeline_or_stage_is_not_found(health: Health, query: dict[str, str]) -> None:
    answer = health.ask(**query)

    assert (answer.status, answer.body["error"]) == (404, "not_found")


@pytest.mark.parametrize("query", [{"pipeline": "merge"}, {"stage": "x" * 201}])
def test_a_malformed_question_is_refused_with_the_field(health: Health, query: dict[str, str]) -> None:
    answer = health.ask(**query)

    assert (answer.status, answer.body["error"]) == (400, "validation_error")
    assert [each["field"] for each in answer.body["details"]["fields"]] == list(query)


def test_a_store_that_does_not_respond_is_unavailable_with_retry_after(
    health: Health, platforms: MotoPlatforms
) -> None:
    with platforms.outages.of("dynamodb"):
        answer = health.ask()

    assert (answer.status, answer.body["error"]) == (503, "service_unavailable")
    assert answer.body["retryAfter"] == int(answer.headers["retry-after"])


def test_a_report_is_kept_for_a_few_seconds(health: Health) -> None:
    first = health.ask().body["pipelines"]
    boto3.client("dynamodb").delete_table(TableName=health.wired.name_of(LEDGER_TABLE))

    health.clock.pass_by(timedelta(seconds=9))
    assert health.ask().body["pipelines"] == first

    health.clock.pass_by(timedelta(seconds=2))
    assert health.ask().status == 500
