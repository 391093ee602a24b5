"""A browser page with the axios client of the Commerce contract reads every answer and every error."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.page_visit import RANGE, REGIONS, Told, visit


@pytest.fixture(scope="module")
def told(platform: RunningPlatform) -> Told:
    """The responses to the page in one visit, by request."""
    return visit(platform)


def value_of(told: Told, attempt: str) -> Any:
    """Return the result of a call without its wrapper."""
    assert "failure" not in told[attempt], told[attempt]
    return told[attempt]["value"]


def refusal_of(told: Told, attempt: str, status: int, code: str) -> dict[str, Any]:
    """Return a refusal that the page could read, its request named in the header as in the body."""
    failure = told[attempt]["failure"]
    assert (failure["status"], failure["error"]["code"]) == (status, code), failure
    assert failure["requestId"] == failure["headers"]["x-request-id"]
    error: dict[str, Any] = failure["error"]
    return error


def test_the_unwrapped_batch_response_names_the_invalid_rows(told: Told) -> None:
    answer = value_of(told, "batch")

    assert (answer["status"], answer["validation_status"], answer["records_received"]) == ("accepted", "failed", 8)
    assert [(each["row"], each["field"]) for each in answer["errors"]] == [(3, "/quantity")]


def test_the_page_polls_its_batch_to_completion(told: Told) -> None:
    status = value_of(told, "merged")

    assert (status["batch_id"], status["status"]) == (value_of(told, "batch")["batch_id"], "completed")
    assert status["progress"]["total_records"] == 8
    assert status["progress"]["failed_records"] == 1


def test_a_page_that_repeats_its_batch_sees_a_replay(told: Told) -> None:
    first, again = value_of(told, "batch sent twice")

    assert first["id"] == again["id"] != value_of(told, "batch")["batch_id"]
    assert (first.get("replayed"), again["replayed"]) == (None, "true")


def test_a_streamed_record_is_accepted(told: Told) -> None:
    answer = value_of(told, "record")

    assert answer["status"] == "accepted"
    assert answer["record_id"]


def test_nested_parameters_are_sent_as_axios_serialises_them(told: Told) -> None:
    (asked,) = [each for each in told["metrics"]["wire"] if each["method"] == "GET"]

    assert parse_qsl(urlsplit(asked["path"]).query) == [
        ("metric_type", "revenue"),
        ("time_range[start]", RANGE["start"]),
        ("time_range[end]", RANGE["end"]),
        ("granularity", "daily"),
        ("filters[region][0]", REGIONS[0]),
        ("filters[region][1]", REGIONS[1]),
        ("filters[currency]", "ISK"),
        ("include_comparison", "true"),
    ]


def test_nested_parameters_are_applied(told: Told) -> None:
    answer = value_of(told, "metrics")

    assert answer["time_range"] == {"start": "2016-02-01T00:00:00Z", "end": "2016-02-03T00:00:00Z"}
    assert [(each["timestamp"][:10], each["value"]) for each in answer["data"]] == [
        ("2016-02-01", 10),
        ("2016-02-02", 5.5),
    ]
    assert answer["summary"]["total"] == 15.5
    assert answer["comparison"]["variance"] == 15.5


@pytest.mark.parametrize("spelling", ["metrics by dates", "metrics by JSON"])
def test_dates_and_json_give_the_same_result(told: Told, spelling: str) -> None:
    assert value_of(told, spelling)["data"] == value_of(told, "metrics")["data"]


def test_filters_that_are_empty_or_undefined_filter_nothing(told: Told) -> None:
    assert value_of(told, "metrics with nothing filtered")["summary"]["total"] == 115.5


def test_lists_are_paged_from_zero(told: Told) -> None:
    first, second = value_of(told, "first page"), value_of(told, "second page")

    assert (first["number"], first["size"], first["first"], first["last"]) == (0, 1, True, False)
    assert (second["number"], second["first"]) == (1, False)
    assert first["totalElements"] == first["totalPages"] == second["totalElements"]
    assert len(first["content"]) == len(second["content"]) == 1
    assert first["content"] != second["content"]


def test_the_response_wrapper_has_the_request_id(told: Told) -> None:
    answer = value_of(told, "whole answer")

    assert answer["data"].keys() == {"success", "data", "timestamp", "request_id"}
    assert answer["data"]["success"] is True
    assert answer["data"]["request_id"] == answer["headers"]["x-request-id"]


@pytest.mark.parametrize("attempt", ["nobody", "without a token"])
def test_a_page_without_a_valid_token_reads_the_unauthorized_error(told: Told, attempt: str) -> None:
    assert refusal_of(told, attempt, 401, "UNAUTHORIZED")["message"] == "Invalid or expired token"


def test_a_page_without_the_scope_reads_its_name(told: Told) -> None:
    error = refusal_of(told, "reader", 403, "FORBIDDEN")

    assert "ingest:write" in error["message"]
    assert error["details"] == {"required_scope": "ingest:write"}


def test_a_page_reads_that_a_batch_is_not_found(told: Told) -> None:
    refusal_of(told, "unknown batch", 404, "NOT_FOUND")


def test_a_page_reads_every_invalid_field_at_once(told: Told) -> None:
    error = refusal_of(told, "wrong in every field", 400, "VALIDATION_ERROR")

    wrong = {"source_id": "x", "data_type": "gifts", "format": "yaml", "data": []}
    assert {each["field"]: each["rejected_value"] for each in error["field_errors"]} == wrong


def test_a_page_reads_that_its_batch_is_too_large(told: Told) -> None:
    assert "/ingest/uploads" in refusal_of(told, "too large", 413, "PAYLOAD_TOO_LARGE")["message"]


def test_a_rate_limited_page_reads_retry_after(told: Told) -> None:
    refusal_of(told, "in a hurry", 429, "RATE_LIMIT_EXCEEDED")

    headers = told["in a hurry"]["failure"]["headers"]
    assert 1 <= int(headers["retry-after"]) <= 3600
    assert int(headers["x-ratelimit-remaining"]) == 0
    assert int(headers["x-ratelimit-limit"]) > 0
    assert int(headers["x-ratelimit-reset"]) > 0


def test_a_page_reads_its_remaining_requests(told: Told) -> None:
    headers = value_of(told, "whole answer")["headers"]

    assert 0 <= int(headers["x-ratelimit-remaining"]) < int(headers["x-ratelimit-limit"])
    assert int(headers["x-ratelimit-reset"]) > 0


def test_a_preflight_of_the_page_is_allowed(told: Told) -> None:
    preflight, call = told["batch"]["wire"]

    assert (preflight["method"], preflight["status"]) == ("OPTIONS", 204)
    assert preflight["asked"]["Access-Control-Request-Headers"] == "authorization,content-type"
    assert (call["method"], call["status"]) == ("POST", 201)


def test_a_page_may_call_with_credentials(told: Told) -> None:
    assert value_of(told, "with credentials")["status"] == 200


@pytest.mark.parametrize("attempt", ["stranger", "stranger writes"])
def test_a_preflight_of_a_foreign_page_is_refused(told: Told, attempt: str) -> None:
    failure = told[attempt]["failure"]

    assert (failure["message"], failure["code"]) == ("Network Error", "ERR_NETWORK")
    assert failure["reason"] == "the preflight does not allow the origin"
    assert [each["method"] for each in told[attempt]["wire"]] == ["OPTIONS"]


def test_a_foreign_page_reads_nothing_even_without_a_preflight(told: Told) -> None:
    refused, taken = told["stranger without a token"], told["page without a token"]

    assert refused["failure"]["reason"] == "the page may not read the answer"
    assert [each["method"] for each in refused["wire"]] == ["GET"]
    assert [each["method"] for each in taken["wire"]] == ["GET"]
    assert taken["value"]["status"] == 200
