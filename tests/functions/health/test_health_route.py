"""The health route over the platform's own dependencies."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import orjson
import pytest

from functions.health.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event

Ask = Callable[[], tuple[int, Any, dict[str, Any]]]


@pytest.fixture
def ask(aws: Settings) -> Iterator[Ask]:
    """Ask the function for the platform's health."""
    boto3.client("athena").create_work_group(Name="tally-tests")
    wired = Wiring(replace(aws, names={**aws.names, WORK_GROUP.variable: "tally-tests"}))

    def send() -> tuple[int, Any, dict[str, Any]]:
        answer = handler(rest_event("GET", "/api/v1/health"), context())
        return answer["statusCode"], orjson.loads(answer["body"]), answer["multiValueHeaders"]

    app.dependency_overrides[wiring] = lambda: wired
    yield send
    app.dependency_overrides.clear()


def _statuses(report: Any) -> dict[str, str]:
    return {each["name"]: each["status"] for each in report["dependencies"]}


def test_every_healthy_dependency_is_listed_with_its_latency(ask: Ask) -> None:
    status, body, _ = ask()

    assert (status, body["success"], body["data"]["status"]) == (200, True, "ok")
    assert _statuses(body["data"]) == dict.fromkeys(("dynamodb", "s3", "kinesis", "athena"), "ok")
    assert all(each["latency_ms"] > 0 for each in body["data"]["dependencies"])


def test_without_the_stream_the_platform_is_degraded(ask: Ask, aws: Settings) -> None:
    boto3.client("kinesis").delete_stream(StreamName=aws.name_of(EVENT_STREAM))

    status, body, _ = ask()

    assert (status, body["data"]["status"]) == (200, "degraded")
    assert _statuses(body["data"])["kinesis"] == "down"


@pytest.mark.parametrize("gone", ["dynamodb", "s3"])
def test_without_tables_or_lake_the_platform_is_down_with_reason_and_retry_after(
    ask: Ask, aws: Settings, gone: str
) -> None:
    if gone == "s3":
        boto3.client("s3").delete_bucket(Bucket=aws.name_of(LAKE_BUCKET))
    else:
        boto3.client("dynamodb").delete_table(TableName=aws.name_of(TABLE_STATES))

    status, body, headers = ask()

    assert (status, body["success"], body["error"]["code"]) == (503, False, "SERVICE_UNAVAILABLE")
    assert headers["Retry-After"] == ["5"]
    assert {name for name, each in _statuses(body["error"]["details"]).items() if each == "down"} == {gone}
    assert [each["required"] for each in body["error"]["details"]["dependencies"]] == [True, True, False, False]
