"""One error path: any error in either dialect, with one request id everywhere, and no internal details."""

import base64
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from aws_lambda_powertools.event_handler.api_gateway import Router

from shared.app.compression import SMALLEST
from shared.app.http import Api
from shared.app.route_policy import RouteWithoutPolicy, policy
from shared.auth.scopes import PUBLIC
from shared.runtime import errors
from shared.runtime.dialects import Dialect, error_body
from shared.runtime.errors import FieldError, TallyError
from shared.runtime.observability import instrument
from tests.events.api_gateway import context, rest_event

ROOT = Path(__file__).resolve().parents[3]


def _subclasses(kind: type[TallyError]) -> list[type[TallyError]]:
    return [each for child in kind.__subclasses__() for each in (child, *_subclasses(child))]


ERRORS = [each for each in _subclasses(TallyError) if each.__module__ == errors.__name__]
EXPECTED = {
    "InvalidRequest": (400, "VALIDATION_ERROR", "validation_error"),
    "QueryTooLarge": (400, "VALIDATION_ERROR", "validation_error"),
    "Unauthorized": (401, "UNAUTHORIZED", "unauthorized"),
    "Forbidden": (403, "FORBIDDEN", "forbidden"),
    "NotFound": (404, "NOT_FOUND", "not_found"),
    "MethodNotAllowed": (405, "METHOD_NOT_ALLOWED", "method_not_allowed"),
    "Conflict": (409, "CONFLICT", "conflict"),
    "ExpiredSnapshot": (410, "SNAPSHOT_EXPIRED", "snapshot_expired"),
    "PayloadTooLarge": (413, "PAYLOAD_TOO_LARGE", "payload_too_large"),
    "UnsupportedMediaType": (415, "UNSUPPORTED_MEDIA_TYPE", "unsupported_media_type"),
    "Unprocessable": (422, "UNPROCESSABLE", "unprocessable"),
    "InsufficientDataQuality": (422, "INSUFFICIENT_DATA_QUALITY", "unprocessable"),
    "UnusableConfiguration": (422, "UNPROCESSABLE", "unprocessable"),
    "PromotionGatesFailed": (422, "PROMOTION_GATES_FAILED", "promotion_gates_failed"),
    "NotExplainable": (422, "NOT_EXPLAINABLE", "not_explainable"),
    "RateLimitExceeded": (429, "RATE_LIMIT_EXCEEDED", "rate_limit_exceeded"),
    "InternalError": (500, "INTERNAL_ERROR", "internal_error"),
    "Unavailable": (503, "SERVICE_UNAVAILABLE", "service_unavailable"),
}


def _api(raised: Exception | None, dialect: Dialect = Dialect.COMMERCE) -> Any:
    router = Router()

    @router.get("/thing")
    @policy(PUBLIC)
    def thing() -> dict[str, int]:
        if raised is not None:
            raise raised
        return {"answer": 42}

    return instrument(Api(router, dialect=dialect).resolve)


def _ask(raised: Exception | None, dialect: Dialect = Dialect.COMMERCE, path: str = "/thing", **parts: Any) -> Any:
    event = rest_event("GET", f"/api/v1{path}", **parts)
    return event, _api(raised, dialect)(event, context())


def _large() -> Any:
    router = Router()

    @router.get("/large")
    @policy(PUBLIC)
    def large() -> dict[str, str]:
        return {"text": "ä" * 2 * SMALLEST}

    return Api(router).resolve


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "*", "GZIP"])
def test_a_large_response_is_compressed_for_clients_that_accept_gzip(accepted: str) -> None:
    resolve = _large()
    plain = resolve(rest_event("GET", "/api/v1/large"), context())
    packed = resolve(rest_event("GET", "/api/v1/large", headers={"Accept-Encoding": accepted}), context())

    assert packed["isBase64Encoded"]
    assert packed["multiValueHeaders"]["Content-Encoding"] == ["gzip"]
    assert gzip.decompress(base64.b64decode(packed["body"])).decode() == plain["body"]
    assert "Accept-Encoding" in plain["multiValueHeaders"]["Vary"]


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "*;q=0", "identity", "gzip;q=much"])
def test_a_response_is_not_compressed_for_other_clients(accepted: str) -> None:
    answer = _large()(rest_event("GET", "/api/v1/large", headers={"Accept-Encoding": accepted}), context())

    assert "Content-Encoding" not in answer["multiValueHeaders"]
    assert orjson.loads(answer["body"])


def test_a_small_response_is_not_compressed() -> None:
    _, answer = _ask(None, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer["multiValueHeaders"]


@pytest.mark.parametrize("raised", [None, errors.NotFound("This thing does not exist")])
def test_head_is_answered_like_get_without_the_body(raised: Exception | None) -> None:
    event, got = _ask(raised)

    answer = _api(raised)({**event, "httpMethod": "HEAD"}, context())

    assert answer["body"] == ""
    assert (answer["statusCode"], answer["multiValueHeaders"]) == (got["statusCode"], got["multiValueHeaders"])


def test_head_is_among_the_methods_of_a_path_that_has_get() -> None:
    answer = _api(None)(rest_event("PUT", "/api/v1/thing"), context())

    assert (answer["statusCode"], answer["multiValueHeaders"]["Allow"]) == (405, ["GET, HEAD"])


@pytest.mark.parametrize("own", ["", "x" * 129, "a b", "a\nb", "<script>", "ä"])
def test_a_malformed_request_id_of_the_client_is_not_used(own: str) -> None:
    event, answer = _ask(None, headers={"X-Request-Id": own})

    assert answer["multiValueHeaders"]["X-Request-Id"] == [event["requestContext"]["requestId"]]


def test_the_error_classes_have_the_documented_statuses_and_codes() -> None:
    assert {each.__name__: (each.status, each.commerce_code, each.fraud_code) for each in ERRORS} == EXPECTED


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("dialect", Dialect)
def test_every_error_has_its_status_and_the_shape_of_its_dialect(kind: type[TallyError], dialect: Dialect) -> None:
    event, answer = _ask(kind("It is so", retry_after=7, headers={"Allow": "GET"}), dialect)

    body, request_id = orjson.loads(answer["body"]), event["requestContext"]["requestId"]
    assert answer["statusCode"] == kind.status
    assert answer["multiValueHeaders"]["Retry-After"] == ["7"]
    assert answer["multiValueHeaders"]["Allow"] == ["GET"]
    if dialect is Dialect.COMMERCE:
        assert body.pop("timestamp").endswith("Z")
        error = {"code": kind.commerce_code, "message": "It is so"}
        assert body == {"success": False, "error": error, "request_id": request_id}
    else:
        assert body == {"error": kind.fraud_code, "message": "It is so", "requestId": request_id, "retryAfter": 7}


def test_field_errors_are_where_each_dialect_has_them() -> None:
    error = errors.InvalidRequest("Wrong", field_errors=[FieldError("size", "is too big", 101)], details={"limit": 100})

    commerce, fraud = error_body(error, Dialect.COMMERCE), error_body(error, Dialect.FRAUD)

    fields = [{"field": "size", "message": "is too big", "rejected_value": 101}]
    assert (commerce["error"]["field_errors"], commerce["error"]["details"]) == (fields, {"limit": 100})
    assert fraud["details"] == {"limit": 100, "fields": fields}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    "raised", [RuntimeError("the password is hunter2"), KeyError("hunter2"), OverflowError("hunter2")]
)
def test_an_unexpected_exception_is_an_internal_error_without_details(raised: Exception, dialect: Dialect) -> None:
    event, answer = _ask(raised, dialect)

    assert answer["statusCode"] == 500
    assert "hunter2" not in answer["body"]
    assert type(raised).__name__ not in answer["body"]
    assert answer["multiValueHeaders"]["X-Request-Id"] == [event["requestContext"]["requestId"]]


def test_a_response_has_its_request_id_in_the_header() -> None:
    event, answer = _ask(None)

    assert (answer["statusCode"], orjson.loads(answer["body"])) == (200, {"answer": 42})
    assert answer["multiValueHeaders"]["X-Request-Id"] == [event["requestContext"]["requestId"]]


@pytest.mark.parametrize("dialect", Dialect)
def test_an_undeclared_path_is_not_found(dialect: Dialect) -> None:
    _, answer = _ask(None, dialect, "/nothing")

    assert answer["statusCode"] == 404


_LOGGED = """
import json, sys
from functions.ingest.handler import handler
from tests.events.api_gateway import context, rest_event

event = rest_event("GET", "/api/v1/nothing", headers=dict([sys.argv[1:]]) if sys.argv[1:] else {})
answer = handler(event, context())
named = [event["requestContext"]["requestId"], answer["multiValueHeaders"]["X-Request-Id"], answer["body"]]
print(json.dumps(named), file=sys.stderr)
"""


@pytest.mark.parametrize("own", [None, "shop-42/a:b"])
def test_the_request_id_is_the_same_in_header_body_and_log_which_names_the_version(own: str | None) -> None:
    environment = {
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_VERSION": "7",
    }
    ran = subprocess.run(  # noqa: S603 # our own interpreter and words
        [sys.executable, "-c", _LOGGED, *(["X-Request-Id", own] if own else [])],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=ROOT,
        timeout=60,
    )

    of_gateway, in_header, body = json.loads(ran.stderr.splitlines()[-1])
    request_id = own or of_gateway
    logged = [json.loads(line) for line in ran.stdout.splitlines()]

    answered = [line for line in logged if line.get("message") == "request completed"]
    assert in_header == [request_id]
    assert json.loads(body)["request_id"] == request_id
    assert [(line["request_id"], line["gateway_request_id"], line["status"], line["path"]) for line in answered] == [
        (request_id, of_gateway, 404, "/api/v1/nothing")
    ]
    assert {line["function_version"] for line in answered} == {"7"}  # by which errors of a version are counted


def test_an_api_with_a_route_that_declares_no_policy_cannot_be_built() -> None:
    router = Router()

    @router.get("/new")
    def new() -> dict[str, int]:
        return {}

    with pytest.raises(RouteWithoutPolicy, match="GET /api/v1/new"):
        Api(router)


def test_a_route_added_later_is_closed() -> None:
    api = Api()
    api.get("/api/v1/later")(lambda: {"answer": "hunter2"})

    answer = instrument(api.resolve)(rest_event("GET", "/api/v1/later"), context())

    assert answer["statusCode"] == 500
    assert "hunter2" not in answer["body"]
