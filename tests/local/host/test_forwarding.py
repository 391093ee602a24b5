"""Requests are forwarded as by API Gateway, and responses returned as by it."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from infra.local.gateway import limits
from infra.local.gateway.forwarding import Request, RestApi, correct, refuse_before, upstream_headers
from infra.local.gateway.responses import Response

NOW = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
API = RestApi.at("http://127.0.0.1:1", "abc", "local", ["application/gzip"])
REQUEST = Request(
    method="POST",
    target="/api/v1/ingest/batch?a=1",
    headers=(("Host", "door:8090"), ("Content-Type", "application/json")),
    client="127.0.0.1",
    request_id="r-1",
)


def test_a_target_keeps_its_encoding() -> None:
    url = API.url("/api/v1/x?a=%2520&filters%5Bregion%5D=a+b")

    assert url == "http://127.0.0.1:1/restapis/abc/local/_user_request_/api/v1/x?a=%2520&filters%5Bregion%5D=a+b"


def test_a_path_is_encoded_twice_because_the_emulator_decodes_before_splitting() -> None:
    assert API.url("/api/v1/things/a%2Fb%3F?c=%2F").endswith("/api/v1/things/a%252Fb%253F?c=%2F")


def test_hop_by_hop_headers_are_not_forwarded() -> None:
    request = replace(
        REQUEST,
        headers=(*REQUEST.headers, ("Connection", "keep-alive"), ("TE", "x"), ("X-Forwarded-For", "10.0.0.1")),
    )

    headers = upstream_headers(request)

    assert headers == (
        ("Content-Type", "application/json"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Host", "door:8090"),
    )


def test_a_repeated_header_in_any_case_is_forwarded_every_time() -> None:
    request = replace(REQUEST, headers=(("Authorization", "a"), ("authorization", "b"), ("AUTHORIZATION", "a")))

    values = [pair for pair in upstream_headers(request) if pair[0].lower() == "authorization"]

    assert values == [("Authorization", "a"), ("Authorization", "b"), ("Authorization", "a")]


def test_a_body_over_ten_megabytes_is_refused_and_names_uploads() -> None:
    answer = refuse_before(API, replace(REQUEST, body=b"x" * (limits.BODY_BYTES + 1)), NOW)

    assert answer is not None
    assert answer.status == 413
    assert "10 MB" in error_of(answer)["message"]
    assert "POST /api/v1/ingest/uploads" in error_of(answer)["message"]
    assert error_of(answer)["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize(("megabytes", "content_type"), [(6.5, "application/json"), (5, "application/gzip")])
def test_a_body_too_large_for_lambda_is_refused(megabytes: float, content_type: str) -> None:
    request = replace(REQUEST, headers=(("Content-Type", content_type),), body=b"x" * int(megabytes * 2**20))

    answer = refuse_before(API, request, NOW)

    assert answer is not None
    assert answer.status == 413
    assert "6 MB" in error_of(answer)["message"]


def with_head(target: str = REQUEST.target, **headers: str) -> Request:
    """A request with this head."""
    return replace(REQUEST, target=target, headers=(*REQUEST.headers, *headers.items()))


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (with_head(Authorization="Bearer " + "x" * 100_000), 401, "UNAUTHORIZED"),
        (with_head(authorization="x" * 10_241), 401, "UNAUTHORIZED"),
        (with_head(Authorization="Bearer token", Cookie="x" * 10_240), 431, "VALIDATION_ERROR"),
        (with_head(target="/api/v1/x?" + "y" * 10_240), 414, "VALIDATION_ERROR"),
        (with_head(target="/api/v1/x?" + "y" * 6_000, Cookie="x" * 6_000), 431, "VALIDATION_ERROR"),
    ],
    ids=["huge token", "token just over", "cookie", "target", "both together"],
)
def test_a_head_over_ten_kilobytes_never_reaches_a_function(request_: Request, status: int, code: str) -> None:
    answer = refuse_before(API, request_, NOW)

    assert answer is not None
    assert (answer.status, error_of(answer)["code"]) == (status, code)
    assert answer.header("X-Request-Id") == "r-1"
    assert answer.header("WWW-Authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize(
    ("name", "status", "code"), [("Authorization", 401, "UNAUTHORIZED"), ("X-Note", 400, "VALIDATION_ERROR")]
)
def test_a_header_that_cannot_be_encoded_is_refused(name: str, status: int, code: str) -> None:
    received = b"Bearer good\xe9".decode("utf-8", "surrogateescape")  # as aiohttp reads it

    answer = refuse_before(API, replace(REQUEST, headers=((name, received),)), NOW)

    assert answer is not None
    assert (answer.status, error_of(answer)["code"]) == (status, code)


def test_a_head_within_the_limit_is_accepted() -> None:
    assert refuse_before(API, with_head(Authorization="Bearer " + "x" * 8_000), NOW) is None


def test_a_body_within_the_limit_is_accepted() -> None:
    assert refuse_before(API, replace(REQUEST, body=b"x" * 5_000_000), NOW) is None


def test_a_function_response_is_returned_unchanged() -> None:
    upstream = Response(200, b"{}", (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Request-Id", "f-1")))

    assert correct(REQUEST, upstream, NOW) == upstream


def test_a_response_without_a_request_id_gets_the_gateway_id() -> None:
    upstream = Response(200, b"{}", (("x-amzn-requestid", "g-1"), ("x-amz-id-2", "zzz"), ("Transfer-Encoding", "x")))

    answer = correct(REQUEST, upstream, NOW)

    assert answer.headers == (("x-amzn-requestid", "g-1"), ("X-Request-Id", "g-1"))


def test_a_gateway_response_contains_the_time_omitted_by_the_emulator() -> None:
    body = b'{"success":false,"error":{"code":"UNAUTHORIZED","message":"m"},"timestamp":"$context.requestTime"}'
    headers = (("x-amzn-ErrorType", "UnauthorizedException"), ("X-Request-Id", "g-1"), ("WWW-Authenticate", "Bearer"))

    answer = correct(REQUEST, Response(401, body, headers), NOW)

    assert (answer.status, answer.headers) == (401, headers)
    assert orjson.loads(answer.body) == {
        "success": False,
        "error": {"code": "UNAUTHORIZED", "message": "m"},
        "timestamp": "2026-11-22T01:02:03.000Z",
    }


def test_front_door_errors_have_one_request_id_in_body_and_header() -> None:
    answer = correct(REQUEST, Response(502, b'{"message":"x"}', (("x-amzn-requestid", "g-1"),)), NOW)

    assert orjson.loads(answer.body)["request_id"] == "g-1"
    assert answer.header("x-request-id") == "g-1"


def test_a_failed_function_is_an_internal_error_without_details() -> None:
    upstream = Response(502, b'{"message":"KeyError: secret"}', (("x-amzn-requestid", "g-1"),))

    answer = correct(REQUEST, upstream, NOW)

    assert answer.status == 502
    assert error_of(answer)["code"] == "INTERNAL_ERROR"
    assert b"secret" not in answer.body


def test_an_unreachable_function_is_unavailable_as_in_api_gateway() -> None:
    answer = correct(
        REQUEST, Response(504, b'{"message":"Internal server error"}', (("x-amzn-requestid", "g-1"),)), NOW
    )

    assert (answer.status, error_of(answer)["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (answer.header("Retry-After"), answer.header("X-Request-Id")) == ("5", "g-1")


def test_a_function_may_return_its_own_error() -> None:
    body = b'{"success":false,"error":{"code":"CONFLICT","message":"m"}}'
    upstream = Response(409, body, (("X-Request-Id", "f-1"),))

    assert correct(REQUEST, upstream, NOW) == upstream


def test_a_response_over_six_megabytes_is_a_bad_gateway() -> None:
    answer = correct(REQUEST, Response(200, b"x" * 6_300_000, ()), NOW)

    assert (answer.status, error_of(answer)["code"]) == (502, "INTERNAL_ERROR")


def test_an_error_that_is_not_json_is_returned_unchanged() -> None:
    upstream = Response(403, b"<html>", (("X-Request-Id", "f-1"),))

    assert correct(REQUEST, upstream, NOW) == upstream


def error_of(answer: Response) -> dict[str, str]:
    error: dict[str, str] = orjson.loads(answer.body)["error"]
    return error
