"""Every guarded route counts its callers, and reports their limit in every response."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest

from functions.declaration import Route
from functions.manifest import HTTP_FUNCTIONS
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.limits.classes import RATE_CLASSES
from shared.limits.counter import RATE_LIMITS_TABLE
from shared.runtime.dialects import Dialect
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.every_route import GUARDED, OPEN, OWNERS, ask, each_guarded

if TYPE_CHECKING:
    from shared.runtime.settings import Settings

METRICS = Route("/api/v1/analytics/metrics", "GET")
SOURCES = Route("/api/v1/ingest/sources", "GET")
LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
FRAUD_FORM = {"startDate": ["2026-11-01"], "endDate": ["2026-11-02"]}


@pytest.fixture
def strict(everywhere: Wiring, clock: Clock) -> Wiring:
    """One wiring behind all functions, under which everybody may ask once in each class."""
    settings: Settings = replace(everywhere.settings, rate_limits={each.name: {"limit": 1} for each in RATE_CLASSES})
    wired = Wiring(settings, clock)
    for function in HTTP_FUNCTIONS:
        function.app().dependency_overrides[wiring] = lambda: wired
    return wired


def _headers(answer: Any) -> Mapping[str, str]:
    return {name: values[0] for name, values in answer["multiValueHeaders"].items()}


@each_guarded
def test_every_response_has_rate_limit_headers_even_a_refusal(everywhere: Wiring, route: Route, scope: Scope) -> None:
    may, may_not = Visitor(everywhere.identity, scope), Visitor(everywhere.identity, *(set(Scope) - {scope}))

    answers = [ask(route, token=caller.token) for caller in (may, may_not)]

    for told in map(_headers, answers):
        assert int(told["X-RateLimit-Remaining"]) == int(told["X-RateLimit-Limit"]) - 1
        assert int(told["X-RateLimit-Reset"]) > everywhere.clock().timestamp()


@each_guarded
def test_over_the_limit_a_route_refuses_in_its_dialect_with_retry_after(
    strict: Wiring, route: Route, scope: Scope
) -> None:
    caller = Visitor(strict.identity, scope)
    ask(route, token=caller.token)

    answer = ask(route, token=caller.token)

    body, told = orjson.loads(answer["body"]), _headers(answer)
    assert answer["statusCode"] == 429
    assert told.keys() >= {*LIMIT_HEADERS, "Retry-After", "X-Request-Id"}
    assert (told["X-RateLimit-Limit"], told["X-RateLimit-Remaining"]) == ("1", "0")
    if OWNERS[route].app().dialect is Dialect.COMMERCE:
        assert body["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    else:
        assert (body["error"], body["retryAfter"]) == ("rate_limit_exceeded", int(told["Retry-After"]))


def test_unauthenticated_requests_and_public_routes_are_not_counted(everywhere: Wiring) -> None:
    assert everywhere

    answers = [ask(route) for route in [*OPEN, *(route for route, _ in GUARDED)]]

    assert not any(_headers(answer).keys() & set(LIMIT_HEADERS) for answer in answers)


def test_the_two_forms_of_the_metrics_route_have_separate_counters(everywhere: Wiring) -> None:
    caller = Visitor(everywhere.identity, Scope.ANALYTICS_READ)

    commerce = ask(METRICS, token=caller.token, query={"metric_type": ["revenue"]})
    fraud = ask(METRICS, token=caller.token, query=FRAUD_FORM)

    assert [_headers(answer)["X-RateLimit-Limit"] for answer in (commerce, fraud)] == ["500", "100"]
    assert [_headers(answer)["X-RateLimit-Remaining"] for answer in (commerce, fraud)] == ["499", "99"]


@pytest.mark.parametrize("scope", [None, Scope.INGEST_READ, Scope.ANALYTICS_READ])
def test_the_fraud_form_is_rate_limited_in_the_fraud_dialect(everywhere: Wiring, scope: Scope | None) -> None:
    token = None if scope is None else Visitor(everywhere.identity, scope).token

    body = orjson.loads(ask(METRICS, token=token, query=FRAUD_FORM)["body"])

    expected = {None: "unauthorized", Scope.INGEST_READ: "forbidden", Scope.ANALYTICS_READ: "forbidden"}
    assert (body["error"], "success" in body) == (expected[scope], False)


def test_without_the_counters_requests_succeed_without_rate_limit_headers(everywhere: Wiring) -> None:
    caller = Visitor(everywhere.identity, Scope.INGEST_READ)
    boto3.client("dynamodb").delete_table(TableName=everywhere.settings.name_of(RATE_LIMITS_TABLE))

    answer = ask(SOURCES, token=caller.token)

    assert answer["statusCode"] == 200
    assert not _headers(answer).keys() & set(LIMIT_HEADERS)
