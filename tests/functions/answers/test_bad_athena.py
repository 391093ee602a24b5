"""Athena on a bad day: the right status, no query left running, nothing remembered, and never longer than a request."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from shared.athena.client import Athena
from shared.athena.concurrency import QueryConcurrency
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.athena.result_file import ResultFiles
from shared.athena.sql import Statement
from shared.runtime.deadline import Timeout
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import Crash
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.outages import refusal
from tests.functions.answers.conftest import Analyst

AWAY = EndpointConnectionError(endpoint_url="https://athena.example")
HANGS = ReadTimeoutError(endpoint_url="https://athena.example")
SYSTEM, USER = 1, 2
IN_A_HURRY = 11_200
"""The milliseconds left of an invocation of which all but a fifth of a second is kept to wrap up in."""


NOT_READ = (
    *("HIVE_BAD_DATA", "HIVE_CANNOT_OPEN_SPLIT", "HIVE_CURSOR_ERROR", "HIVE_FILESYSTEM_ERROR", "HIVE_FILE_NOT_FOUND"),
    *("ICEBERG_BAD_DATA", "ICEBERG_CANNOT_OPEN_SPLIT", "ICEBERG_CURSOR_ERROR", "ICEBERG_FILESYSTEM_ERROR"),
    *("ICEBERG_INVALID_METADATA", "ICEBERG_MISSING_DATA", "ICEBERG_MISSING_METADATA"),
)


def failed(category: int, *, retryable: bool = False, reason: str = "") -> dict[str, Any]:
    error = {"ErrorCategory": category, "Retryable": retryable}
    return {"State": "FAILED", "StateChangeReason": reason, "AthenaError": error}


def remembered(analyst: Analyst) -> list[dict[str, Any]]:
    """The results, claims and permits in the table of the cache."""
    items = boto3.client("dynamodb").scan(TableName=analyst.wired.settings.name_of(RESULT_CACHE_TABLE))["Items"]
    return [item for item in items if item["cache_key"]["S"] != "slots of queries" or "holders" in item]


@pytest.mark.parametrize(
    ("outcome", "queries", "status"),
    [
        ({"State": "CANCELLED"}, 1, 503),
        (failed(SYSTEM), 1, 503),
        (failed(SYSTEM, retryable=True), 3, 503),
        (failed(USER), 1, 500),
        *((failed(USER, reason=f"{name}: an object was replaced"), 3, 503) for name in NOT_READ),
        (
            failed(USER, reason="GENERIC_INTERNAL_ERROR: The specified key does not exist. (Error Code: NoSuchKey)"),
            3,
            503,
        ),
        (
            failed(USER, reason="GENERIC_INTERNAL_ERROR: Please reduce your request rate. (Error Code: SlowDown)"),
            3,
            503,
        ),
        (failed(USER, reason="GENERIC_INTERNAL_ERROR: index out of bounds"), 1, 500),
        (failed(USER, reason="SYNTAX_ERROR: line 1:1"), 1, 500),
    ],
)
def test_a_failed_query_returns_its_status_and_is_not_cached(
    analyst: Analyst, outcome: dict[str, Any], queries: int, status: int
) -> None:
    analyst.athena.outcome = outcome

    told = analyst.ask()

    assert (told.status, analyst.athena.started) == (status, queries)
    assert ("Retry-After" in told.headers) is (status == 503)
    assert "ETag" not in told.headers
    assert (analyst.athena.running, remembered(analyst)) == (set(), [])


@pytest.mark.parametrize(
    ("operation", "error", "status"),
    [
        ("StartQueryExecution", refusal("TooManyRequestsException"), 503),
        ("StartQueryExecution", refusal("ThrottlingException"), 503),
        ("StartQueryExecution", refusal("InternalServerException", 500), 503),
        ("StartQueryExecution", AWAY, 503),
        ("StartQueryExecution", refusal("InvalidRequestException"), 500),
        ("StartQueryExecution", refusal("AccessDeniedException"), 500),
        ("GetQueryExecution", refusal("AccessDeniedException"), 500),
        ("GetQueryResults", refusal("TooManyRequestsException"), 503),
        ("GetQueryResults", refusal("InternalServerException", 500), 503),
        ("GetQueryResults", HANGS, 503),
        ("GetQueryResults", refusal("InvalidRequestException"), 500),
    ],
)
def test_a_permanently_failing_call_returns_its_status_and_leaves_nothing(
    analyst: Analyst, operation: str, error: Exception, status: int
) -> None:
    analyst.athena.fails(operation, error)

    told = analyst.ask()

    assert told.status == status
    assert told.body["error"]["code"] == {500: "INTERNAL_ERROR", 503: "SERVICE_UNAVAILABLE"}[status]
    assert ("Retry-After" in told.headers) is (status == 503)
    assert (analyst.athena.running, remembered(analyst)) == (set(), [])


def test_queries_that_a_policy_stops_answer_503_and_say_so(analyst: Analyst) -> None:
    """Messages of IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html."""
    role = "arn:aws:sts::123456789012:assumed-role/tally-prod-metrics-us-east-1/tally-prod-metrics"
    group = "arn:aws:athena:us-east-1:123456789012:workgroup/tally-prod"
    denial = f"User: {role} is not authorized to perform: athena:StartQueryExecution on resource: {group} "
    denial += "with an explicit deny in an identity-based policy"
    analyst.athena.fails("StartQueryExecution", refusal("AccessDeniedException", message=denial))

    told = analyst.ask()

    assert (told.status, told.headers["Retry-After"]) == (503, ["3600"])
    assert "stopped queries" in told.body["error"]["message"]
    assert (analyst.athena.running, remembered(analyst)) == (set(), [])


@pytest.mark.parametrize("outcome", [{"State": "CANCELLED"}, failed(USER), failed(SYSTEM)])
def test_the_same_query_succeeds_after_an_outage(analyst: Analyst, outcome: dict[str, Any]) -> None:
    analyst.athena.outcome = outcome
    bad = analyst.ask()
    analyst.athena.outcome = {"State": "SUCCEEDED"}

    good, again = analyst.ask(), analyst.ask()

    assert (bad.status >= 500, good.status, again.status) == (True, 200, 200)
    hits = [told.body["data"]["metadata"]["cache_hit"] for told in (good, again)]
    assert hits == [False, True]


@pytest.mark.parametrize(
    "error", [AWAY, HANGS, refusal("ThrottlingException"), refusal("InternalServerException", 500)]
)
def test_a_temporarily_unavailable_query_state_is_polled_again(analyst: Analyst, error: Exception) -> None:
    analyst.athena.fails("GetQueryExecution", error, error)

    told = analyst.ask()

    assert (told.status, analyst.athena.calls["GetQueryExecution"]) == (200, 3)
    assert analyst.athena.calls["StopQueryExecution"] == 0


def test_a_query_that_times_out_is_stopped_and_the_caller_may_retry(analyst: Analyst) -> None:
    analyst.athena.outcome = {"State": "RUNNING"}
    began = time.monotonic()

    told = analyst.ask(remaining_ms=IN_A_HURRY)

    assert (told.status, told.headers["Retry-After"]) == (503, ["5"])
    assert time.monotonic() - began < 10
    assert (analyst.athena.running, remembered(analyst)) == (set(), [])


@pytest.mark.parametrize("error", [AWAY, refusal("ThrottlingException")])
def test_failing_to_stop_a_query_does_not_change_the_response(analyst: Analyst, error: Exception) -> None:
    analyst.athena.outcome = {"State": "RUNNING"}
    analyst.athena.fails("StopQueryExecution", error)

    told = analyst.ask(remaining_ms=IN_A_HURRY)

    assert (told.status, remembered(analyst)) == (503, [])


def test_an_overdue_request_ends_immediately(analyst: Analyst) -> None:
    analyst.athena.outcome = {"State": "RUNNING"}

    told = analyst.ask(remaining_ms=5_000)

    assert (told.status, analyst.athena.running) == (503, set())


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, Crash, MemoryError])
def test_the_query_is_stopped_on_any_exception(
    analyst: Analyst, platforms: MotoPlatforms, end: type[BaseException]
) -> None:
    def ends() -> None:
        raise end

    platforms.athena.before["GetQueryExecution"] = ends

    with pytest.raises(end):
        analyst.wired.athena.run(Statement("SELECT 7"))

    assert (analyst.athena.started, analyst.athena.running) == (1, set())


def test_concurrent_queries_are_bounded_and_excess_requests_may_retry(analyst: Analyst) -> None:
    settings, dynamodb, athena = analyst.wired.settings, boto3.client("dynamodb"), boto3.client("athena")
    slots = QueryConcurrency(dynamodb, settings.name_of(RESULT_CACHE_TABLE), most=1, clock=analyst.wired.clock)
    few = Athena(
        client=athena,
        files=ResultFiles(boto3.client("s3")),
        work_group="tally-tests",
        database="tally_tests",
        patience_seconds=0.3,
        slots=slots,
    )
    analyst.athena.outcome = {"State": "RUNNING"}

    def refused(number: int) -> Unavailable:
        with pytest.raises(Unavailable) as caught:
            few.run(Statement("SELECT 1 WHERE '1' = ?", (str(number),)))
        return caught.value

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(refused, range(4)))

    assert all("Retry-After" in each.headers for each in told)
    assert (analyst.athena.most_at_once, analyst.athena.running, remembered(analyst)) == (1, set(), [])


def test_without_a_free_slot_a_request_is_unavailable(analyst: Analyst, aws: Settings, clock: Clock) -> None:
    slots = QueryConcurrency(boto3.client("dynamodb"), aws.name_of(RESULT_CACHE_TABLE), most=20, clock=clock)
    with ExitStack() as taken:
        for _ in range(20):
            taken.enter_context(slots.acquire(Timeout(seconds=20), Timeout(seconds=0)))

        told = analyst.ask(remaining_ms=IN_A_HURRY)

    assert (told.status, told.headers["Retry-After"], analyst.athena.started) == (503, ["5"], 0)
    assert analyst.ask().status == 200
