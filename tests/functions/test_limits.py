"""Every guarded route counts its callers, and tells them in every answer where they stand."""

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
STANDING = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
FRAUD_FORM = {"startDate": ["2026-11-01"], "endDate": ["2026-11-02"]}


@pytest.fixture
def strict(everywhere: Wiring, clock: Clock) -> Wiring:
    """One wiring behind all functions, under which everybody may ask once in each class."""
    settings: Settings = replace(everywhere.settings, rate_limits={each.name: {"limit": 1} for each in RATE_CLASSES})
    wired = Wiring(settings, clock)
    for function in HTTP_FUNCTIONS:
        function.app().dependency_overrides[wiring] = lambda: wired
    return wired


def _told(answer: Any) -> Mapping[str, str]:
    return {name: values[0] for name, values in answer["multiValueHeaders"].items()}


@each_guarded
def test_an_answer_tells_where_its_caller_stands_even_one_that_refuses(
    everywhere: Wiring, route: Route, scope: Scope
) -> None:
    may, may_not = Visitor(everywhere.identity, scope), Visitor(everywhere.identity, *(set(Scope) - {scope}))

    answers = [ask(route, token=caller.token) for caller in (may, may_not)]

    for told in map(_told, answers):
        assert int(told["X-RateLimit-Remaining"]) == int(told["X-RateLimit-Limit"]) - 1
        assert int(told["X-RateLimit-Reset"]) > everywhere.clock().timestamp()


@each_guarded
def test_over_the_limit_a_route_refuses_in_its_dialect_and_says_when_to_come_again(
    strict: Wiring, route: Route, scope: Scope
) -> None:
    caller = Visitor(strict.identity, scope)
    ask(route, token=caller.token)

    answer = ask(route, token=caller.token)

    body, told = orjson.loads(answer["body"]), _told(answer)
    assert answer["statusCode"] == 429
    assert told.keys() >= {*STANDING, "Retry-After", "X-Request-Id"}
    assert (told["X-RateLimit-Limit"], told["X-RateLimit-Remaining"]) == ("1", "0")
    if OWNERS[route].app().dialect is Dialect.COMMERCE:
        assert body["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    else:
        assert (body["error"], body["retryAfter"]) == ("rate_limit_exceeded", int(told["Retry-After"]))


def test_neither_strangers_nor_open_routes_are_counted(everywhere: Wiring) -> None:
    assert everywhere

    answers = [ask(route) for route in [*OPEN, *(route for route, _ in GUARDED)]]

    assert not any(_told(answer).keys() & set(STANDING) for answer in answers)


def test_the_two_forms_of_the_metrics_route_are_counted_apart_each_as_its_contract_says(everywhere: Wiring) -> None:
    caller = Visitor(everywhere.identity, Scope.ANALYTICS_READ)

    commerce = ask(METRICS, token=caller.token, query={"metric_type": ["revenue"]})
    fraud = ask(METRICS, token=caller.token, query=FRAUD_FORM)

    assert [_told(answer)["X-RateLimit-Limit"] for answer in (commerce, fraud)] == ["500", "100"]
    assert [_told(answer)["X-RateLimit-Remaining"] for answer in (commerce, fraud)] == ["499", "99"]


@pytest.mark.parametrize("scope", [None, Scope.INGEST_READ, Scope.ANALYTICS_READ])
def test_whoever_asks_in_the_form_of_the_fraud_contract_is_refused_in_its_dialect(
    everywhere: Wiring, scope: Scope | None
) -> None:
    token = None if scope is None else Visitor(everywhere.identity, scope).token

    body = orjson.loads(ask(METRICS, token=token, query=FRAUD_FORM)["body"])

    expected = {None: "unauthorized", Scope.INGEST_READ: "forbidden", Scope.ANALYTICS_READ: "unprocessable"}
    assert (body["error"], "success" in body) == (expected[scope], False)


def test_with_the_counters_out_of_reach_requests_are_answered_and_no_standing_is_made_up(everywhere: Wiring) -> None:
    caller = Visitor(everywhere.identity, Scope.INGEST_READ)
    boto3.client("dynamodb").delete_table(TableName=everywhere.settings.name_of(RATE_LIMITS_TABLE))

    answer = ask(SOURCES, token=caller.token)

    assert answer["statusCode"] == 200
    assert not _told(answer).keys() & set(STANDING)
