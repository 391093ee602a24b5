"""Requests go upstream as API Gateway hands them on, and answers come back as it gives them."""

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


def test_a_path_is_encoded_once_more_since_the_emulator_decodes_it_before_it_splits_it() -> None:
    assert API.url("/api/v1/things/a%2Fb%3F?c=%2F").endswith("/api/v1/things/a%252Fb%253F?c=%2F")


def test_headers_go_on_without_those_of_the_connection() -> None:
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


def test_a_header_that_comes_twice_goes_on_twice_however_it_is_spelt() -> None:
    request = replace(REQUEST, headers=(("Authorization", "a"), ("authorization", "b"), ("AUTHORIZATION", "a")))

    values = [pair for pair in upstream_headers(request) if pair[0].lower() == "authorization"]

    assert values == [("Authorization", "a"), ("Authorization", "b"), ("Authorization", "a")]


def test_a_body_over_ten_megabytes_is_refused_with_the_way_to_send_it() -> None:
    answer = refuse_before(API, replace(REQUEST, body=b"x" * (limits.BODY_BYTES + 1)), NOW)

    assert answer is not None
    assert answer.status == 413
    assert "10 MB" in error_of(answer)["message"]
    assert "POST /api/v1/ingest/uploads" in error_of(answer)["message"]
    assert error_of(answer)["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize(("megabytes", "content_type"), [(6.5, "application/json"), (5, "application/gzip")])
def test_a_body_that_lambda_cannot_take_is_refused(megabytes: float, content_type: str) -> None:
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
def test_a_header_that_would_lose_bytes_on_the_way_is_refused(name: str, status: int, code: str) -> None:
    received = b"Bearer good\xe9".decode("utf-8", "surrogateescape")  # as aiohttp reads it

    answer = refuse_before(API, replace(REQUEST, headers=((name, received),)), NOW)

    assert answer is not None
    assert (answer.status, error_of(answer)["code"]) == (status, code)


def test_a_head_that_fits_is_let_through() -> None:
    assert refuse_before(API, with_head(Authorization="Bearer " + "x" * 8_000), NOW) is None


def test_a_body_that_fits_is_let_through() -> None:
    assert refuse_before(API, replace(REQUEST, body=b"x" * 5_000_000), NOW) is None


def test_a_functions_answer_comes_back_as_it_is() -> None:
    upstream = Response(200, b"{}", (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Request-Id", "f-1")))

    assert correct(REQUEST, upstream, NOW) == upstream


def test_an_answer_without_a_request_id_gets_the_gateways() -> None:
    upstream = Response(200, b"{}", (("x-amzn-requestid", "g-1"), ("x-amz-id-2", "zzz"), ("Transfer-Encoding", "x")))

    answer = correct(REQUEST, upstream, NOW)

    assert answer.headers == (("x-amzn-requestid", "g-1"), ("X-Request-Id", "g-1"))


def test_a_gateway_response_comes_back_with_the_time_that_the_emulator_leaves_out() -> None:
    body = b'{"success":false,"error":{"code":"UNAUTHORIZED","message":"m"},"timestamp":"$context.requestTime"}'
    headers = (("x-amzn-ErrorType", "UnauthorizedException"), ("X-Request-Id", "g-1"), ("WWW-Authenticate", "Bearer"))

    answer = correct(REQUEST, Response(401, body, headers), NOW)

    assert (answer.status, answer.headers) == (401, headers)
    assert orjson.loads(answer.body) == {
        "success": False,
        "error": {"code": "UNAUTHORIZED", "message": "m"},
        "timestamp": "2026-11-22T01:02:03.000Z",
    }


def test_our_own_errors_carry_one_request_id_in_body_and_header() -> None:
    answer = correct(REQUEST, Response(502, b'{"message":"x"}', (("x-amzn-requestid", "g-1"),)), NOW)

    assert orjson.loads(answer.body)["request_id"] == "g-1"
    assert answer.header("x-request-id") == "g-1"


def test_a_failed_function_is_an_internal_error_that_tells_nothing() -> None:
    upstream = Response(502, b'{"message":"KeyError: secret"}', (("x-amzn-requestid", "g-1"),))

    answer = correct(REQUEST, upstream, NOW)

    assert answer.status == 502
    assert error_of(answer)["code"] == "INTERNAL_ERROR"
    assert b"secret" not in answer.body


def test_a_function_that_cannot_be_reached_is_unavailable_as_the_template_of_api_gateway_says() -> None:
    answer = correct(
        REQUEST, Response(504, b'{"message":"Internal server error"}', (("x-amzn-requestid", "g-1"),)), NOW
    )

    assert (answer.status, error_of(answer)["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert (answer.header("Retry-After"), answer.header("X-Request-Id")) == ("5", "g-1")


def test_a_function_may_answer_an_error_in_its_own_words() -> None:
    body = b'{"success":false,"error":{"code":"CONFLICT","message":"m"}}'
    upstream = Response(409, body, (("X-Request-Id", "f-1"),))

    assert correct(REQUEST, upstream, NOW) == upstream


def test_an_answer_over_six_megabytes_is_a_bad_gateway() -> None:
    answer = correct(REQUEST, Response(200, b"x" * 6_300_000, ()), NOW)

    assert (answer.status, error_of(answer)["code"]) == (502, "INTERNAL_ERROR")


def test_an_error_that_is_no_json_comes_back_as_it_is() -> None:
    upstream = Response(403, b"<html>", (("X-Request-Id", "f-1"),))

    assert correct(REQUEST, upstream, NOW) == upstream


def error_of(answer: Response) -> dict[str, str]:
    error: dict[str, str] = orjson.loads(answer.body)["error"]
    return error
