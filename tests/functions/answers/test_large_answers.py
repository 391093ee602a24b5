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
def test_what_is_redirected_to_is_the_answer_as_it_would_have_been(wired: Wiring, dialect: Dialect) -> None:
    answer = talker(wired, dialect).ask("words/5000")

    stored = lying_at(location_of(answer))
    body = orjson.loads(stored["Body"].read())
    told = body["data"] if dialect is Dialect.COMMERCE else body
    assert (answer["statusCode"], answer["body"]) == (303, "")
    assert (told, stored["ContentType"]) == (["wörd"] * 5000, "application/json")
    if dialect is Dialect.COMMERCE:
        assert [body["request_id"]] == answer["multiValueHeaders"]["X-Request-Id"]


def test_the_address_is_good_for_a_quarter_of_an_hour_and_cannot_be_guessed(wired: Wiring) -> None:
    talk = talker(wired, Dialect.COMMERCE)

    addresses = [urlsplit(location_of(talk.ask("words/5000"))) for _ in range(2)]

    assert parse_qs(addresses[0].query)["X-Amz-Expires"] == ["900"]
    assert "X-Amz-Signature" in parse_qs(addresses[0].query)
    assert addresses[0].path != addresses[1].path


def test_a_redirect_is_nobodys_to_keep_and_has_no_tag(wired: Wiring) -> None:
    headers = talker(wired, Dialect.COMMERCE).ask("words/5000")["multiValueHeaders"]

    assert headers["Cache-Control"] == ["no-store"]
    assert not {"ETag", "Content-Type"} & headers.keys()
    assert {"X-RateLimit-Limit", "X-Request-Id"} <= headers.keys()


def test_an_answer_of_another_type_keeps_it_and_its_encoding(wired: Wiring) -> None:
    answer = talker(wired, Dialect.COMMERCE).ask("file/20000", **{"accept-encoding": "gzip"})

    stored = lying_at(location_of(answer))
    assert (stored["ContentType"], stored["ContentEncoding"]) == ("text/csv", "gzip")
    assert answer["isBase64Encoded"] is False


def test_what_a_post_makes_is_redirected_to_as_well(wired: Wiring) -> None:
    talk = talker(wired, Dialect.FRAUD)

    answer = talk.handler(rest_event("POST", "/api/v1/words/5000", body={}, token=talk.visitor.token), context())

    assert (answer["statusCode"], orjson.loads(lying_at(location_of(answer))["Body"].read())) == (303, ["word"] * 5000)


def test_a_small_answer_is_given(wired: Wiring) -> None:
    answer = talker(wired, Dialect.COMMERCE).ask("words/10")

    assert (answer["statusCode"], len(orjson.loads(answer["body"])["data"])) == (200, 10)


@pytest.mark.parametrize("dialect", Dialect)
def test_with_the_bucket_out_of_reach_the_answer_is_unavailable_in_its_dialect(
    wired: Wiring, platforms: MotoPlatforms, dialect: Dialect
) -> None:
    talk = talker(wired, dialect)

    with platforms.outages.of("s3"):
        answer = talk.ask("words/5000")

    assert (answer["statusCode"], answer["multiValueHeaders"]["Retry-After"]) == (503, ["2"])
    assert ("success" in orjson.loads(answer["body"])) is (dialect is Dialect.COMMERCE)


@pytest.mark.parametrize("text", ["plain" * 100, '"' * 500, "é" * 500, "€" * 500, "🛒" * 500, "\\\n" * 250])
def test_an_answer_counts_as_it_travels_inside_the_functions(text: str) -> None:
    travels = len(json.dumps(text))
    answer = {"statusCode": 200, "body": text}

    assert (is_larger(answer, travels - 1), is_larger(answer, travels)) == (True, False)


@pytest.mark.parametrize("path", [METRICS, PRODUCTS])
def test_what_queries_found_is_put_aside_and_remembered_all_the_same(analyst: Analyst, path: str) -> None:
    little = replace(analyst.wired.settings, largest_answer_bytes=100)
    wired = Wiring(little, analyst.wired.clock)
    for app in APPS:
        app.dependency_overrides[wiring] = lambda: wired

    first, second = analyst.ask(path=path), analyst.ask(path=path)

    told = [orjson.loads(lying_at(each.headers["Location"][0])["Body"].read())["data"] for each in (first, second)]
    assert (first.status, second.status, analyst.athena.started) == (303, 303, 1)
    assert [each["metadata"]["cache_hit"] for each in told] == [False, True]


def test_an_error_is_never_redirected_to() -> None:
    assert not is_larger({"statusCode": 400, "body": "x" * MOST}, 10)


def test_the_document_tells_of_redirects_on_exactly_the_routes_of_functions_that_may() -> None:
    may = {function for function in HTTP_FUNCTIONS if function.redirects_to_large_answers}
    told = document()["paths"]

    redirecting = {path for path, item in told.items() for each in item.values() if "303" in each["responses"]}

    assert {function.name for function in may} >= {"metrics", "customers"}
    assert redirecting == {route.path for function in may for route in function.routes()}
    responses = [each["responses"] for path in redirecting for each in told[path].values()]
    assert all("Location" in response["303"]["headers"] for response in responses)


def test_who_may_put_an_answer_aside_may_read_it_there() -> None:
    """A presigned address can do what the role that signed it can do."""
    for function in HTTP_FUNCTIONS:
        written = {access.prefix for access in function.writes if access.resource is RESULTS_BUCKET}
        read = {access.prefix for access in function.reads if access.resource is RESULTS_BUCKET}

        assert written <= read
