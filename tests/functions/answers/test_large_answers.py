"""A response over 5 MB is stored, and its caller is redirected to it."""

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import orjson
import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.manifest import HTTP_FUNCTIONS
from functions.openapi import document
from shared.app.http import Api
from shared.app.large_responses import RESULTS_BUCKET, is_larger
from shared.app.route_policy import policy
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.runtime.dialects import ApiResponse, Dialect
from shared.runtime.observability import instrument
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor
from tests.fakes.moto_platforms import MotoPlatforms
from tests.functions.answers.conftest import APPS, METRICS, PRODUCTS, Analyst

MOST = 10_000


@dataclass(frozen=True)
class Talker:
    """A function that says as much as it is asked for, in a dialect."""

    wired: Wiring
    visitor: Visitor
    handler: Any

    def ask(self, path: str, **headers: str) -> Any:
        """Ask it for so much."""
        return self.handler(rest_event("GET", f"/api/v1/{path}", headers=headers, token=self.visitor.token), context())


def talker(wired: Wiring, dialect: Dialect, most: int = MOST) -> Talker:
    router = Router()

    @router.get("/words/<number>")
    @policy(Scope.ANALYTICS_READ)
    def words(number: int) -> ApiResponse[list[str]] | list[str]:
        said = ["wörd"] * number
        return ApiResponse(data=said) if dialect is Dialect.COMMERCE else said

    @router.get("/file/<number>", compress=True)
    @policy(Scope.ANALYTICS_READ)
    def file(number: int) -> Response[str]:
        return Response(200, "text/csv", "".join(f"{each}\n" for each in range(number)))

    @router.post("/words/<number>")
    @policy(Scope.ANALYTICS_READ)
    def more_words(number: int) -> list[str]:
        return ["word"] * number

    app = Api(router, dialect=dialect)
    limited = Wiring(replace(wired.settings, largest_answer_bytes=most), wired.clock)
    app.dependency_overrides[wiring] = lambda: limited
    return Talker(limited, Visitor(limited.identity, Scope.ANALYTICS_READ), instrument(app.resolve))


def location_of(answer: Any) -> str:
    [location] = answer["multiValueHeaders"]["Location"]
    return str(location)


def lying_at(location: str) -> Any:
    """The object that an address leads to."""
    bucket, _, key = urlsplit(location).path.strip("/").rpartition("answers/")
    named = urlsplit(location).netloc.split(".")[0] if not bucket else bucket.strip("/")
    return boto3.client("s3").get_object(Bucket=named, Key=f"answers/{key}")


@pytest.mark.parametrize("dialect", Dialect)
def test_the_redirect_target_equals_the_direct_response(wired: Wiring, dialect: Dialect) -> None:
    answer = talker(wired, dialect).ask("words/5000")

    stored = lying_at(location_of(answer))
    body = orjson.loads(stored["Body"].read())
    told = body["data"] if dialect is Dialect.COMMERCE else body
    assert (answer["statusCode"], answer["body"]) == (303, "")
    assert (told, stored["ContentType"]) == (["wörd"] * 5000, "application/json")
    if dialect is Dialect.COMMERCE:
        assert [body["request_id"]] == answer["multiValueHeaders"]["X-Request-Id"]


def test_the_url_expires_after_15_minutes_and_cannot_be_guessed(wired: Wiring) -> None:
    talk = talker(wired, Dialect.COMMERCE)

    addresses = [urlsplit(location_of(talk.ask("words/5000"))) for _ in range(2)]

    assert parse_qs(addresses[0].query)["X-Amz-Expires"] == ["900"]
    assert "X-Amz-Signature" in parse_qs(addresses[0].query)
    assert addresses[0].path != addresses[1].path


def test_a_redirect_is_not_cacheable_and_has_no_etag(wired: Wiring) -> None:
    headers = talker(wired, Dialect.COMMERCE).ask("words/5000")["multiValueHeaders"]

    assert headers["Cache-Control"] == ["no-store"]
    assert not {"ETag", "Content-Type"} & headers.keys()
    assert {"X-RateLimit-Limit", "X-Request-Id"} <= headers.keys()


def test_a_response_keeps_its_content_type_and_encoding(wired: Wiring) -> None:
    answer = talker(wired, Dialect.COMMERCE).ask("file/20000", **{"accept-encoding": "gzip"})

    stored = lying_at(location_of(answer))
    assert (stored["ContentType"], stored["ContentEncoding"]) == ("text/csv", "gzip")
    assert answer["isBase64Encoded"] is False


def test_post_responses_are_redirected_too(wired: Wiring) -> None:
    talk = talker(wired, Dialect.FRAUD)

    answer = talk.handler(rest_event("POST", "/api/v1/words/5000", body={}, token=talk.visitor.token), context())

    assert (answer["statusCode"], orjson.loads(lying_at(location_of(answer))["Body"].read())) == (303, ["word"] * 5000)


def test_a_small_response_is_direct(wired: Wiring) -> None:
    answer = talker(wired, Dialect.COMMERCE).ask("words/10")

    assert (answer["statusCode"], len(orjson.loads(answer["body"])["data"])) == (200, 10)


@pytest.mark.parametrize("dialect", Dialect)
def test_without_the_bucket_the_error_is_unavailable_in_the_dialect(
    wired: Wiring, platforms: MotoPlatforms, dialect: Dialect
) -> None:
    talk = talker(wired, dialect)

    with platforms.outages.of("s3"):
        answer = talk.ask("words/5000")

    assert (answer["statusCode"], answer["multiValueHeaders"]["Retry-After"]) == (503, ["2"])
    assert ("success" in orjson.loads(answer["body"])) is (dialect is Dialect.COMMERCE)


@pytest.mark.parametrize("text", ["plain" * 100, '"' * 500, "é" * 500, "€" * 500, "🛒" * 500, "\\\n" * 250])
def test_response_size_is_measured_inside_the_function(text: str) -> None:
    travels = len(json.dumps(text))
    answer = {"statusCode": 200, "body": text}

    assert (is_larger(answer, travels - 1), is_larger(answer, travels)) == (True, False)


@pytest.mark.parametrize("path", [METRICS, PRODUCTS])
def test_large_query_results_are_stored_and_still_cached(analyst: Analyst, path: str) -> None:
    little = replace(analyst.wired.settings, largest_answer_bytes=100)
    wired = Wiring(little, analyst.wired.clock)
    for app in APPS:
        app.dependency_overrides[wiring] = lambda: wired

    first, second = analyst.ask(path=path), analyst.ask(path=path)

    told = [orjson.loads(lying_at(each.headers["Location"][0])["Body"].read())["data"] for each in (first, second)]
    assert (first.status, second.status, analyst.athena.started) == (303, 303, 1)
    assert [each["metadata"]["cache_hit"] for each in told] == [False, True]


def test_errors_are_never_redirected() -> None:
    assert not is_larger({"statusCode": 400, "body": "x" * MOST}, 10)


def test_exactly_the_routes_that_may_redirect_document_it() -> None:
    may = {function for function in HTTP_FUNCTIONS if function.redirects_to_large_answers}
    told = document()["paths"]

    redirecting = {path for path, item in told.items() for each in item.values() if "303" in each["responses"]}

    assert {function.name for function in may} >= {"metrics", "customers"}
    assert redirecting == {route.path for function in may for route in function.routes()}
    responses = [each["responses"] for path in redirecting for each in told[path].values()]
    assert all("Location" in response["303"]["headers"] for response in responses)


def test_writers_of_large_responses_may_read_them() -> None:
    """A presigned URL has the permissions of the role that signed it."""
    for function in HTTP_FUNCTIONS:
        written = {access.prefix for access in function.writes if access.resource is RESULTS_BUCKET}
        read = {access.prefix for access in function.reads if access.resource is RESULTS_BUCKET}

        assert written <= read
