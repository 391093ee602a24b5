"""Every route refuses strangers and those who may do something else, and lets the right ones in."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import boto3
import orjson
import pytest

from functions.declaration import HttpFunction, Route
from functions.manifest import HTTP_FUNCTIONS
from functions.openapi import document
from shared.auth.scopes import Scope
from shared.runtime.settings import Resource, Settings
from shared.runtime.wiring import Wiring, wiring
from tests.events.api_gateway import context, rest_event
from tests.fakes.bad_tokens import BAD_TOKENS, Forger
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor

_OWNERS = {route: function for function in HTTP_FUNCTIONS for route in function.routes()}
_OPERATIONS = [
    (Route(path, method.upper()), [Scope(scope) for each in operation["security"] for scope in each["token"]])
    for path, item in document()["paths"].items()
    for method, operation in item.items()
]
GUARDED = [(route, scope) for route, scopes in _OPERATIONS for scope in scopes]
OPEN = [route for route, scopes in _OPERATIONS if not scopes]
each_guarded = pytest.mark.parametrize(("route", "scope"), GUARDED, ids=lambda it: str(getattr(it, "path", it)))


@pytest.fixture
def everywhere(aws: Settings, clock: Clock) -> Iterator[Wiring]:
    """One wiring behind all functions."""
    boto3.client("athena").create_work_group(Name="tally-tests")
    wired = Wiring(replace(aws, names={**aws.names, Resource.WORK_GROUP: "tally-tests"}), clock)
    apps = [function.app() for function in HTTP_FUNCTIONS]
    for app in apps:
        app.dependency_overrides[wiring] = lambda: wired
    yield wired
    for app in apps:
        app.dependency_overrides.clear()


def ask(route: Route, **parts: Any) -> Any:
    """Send a request to the function that has the route, with something in every place of its path."""
    function: HttpFunction = _OWNERS[route]
    handler = import_module(f"functions.{function.name}.handler").handler
    path = route.path.replace("{key_id}", "key-0000000000000000").replace("{", "").replace("}", "")
    return handler(rest_event(route.method, path, **parts), context())


def message_of(answer: Any) -> str:
    """The sentence of a refusal, in either dialect."""
    body = orjson.loads(answer["body"])
    told: str = body["message"] if "message" in body else body["error"]["message"]
    return told


def test_there_are_routes_of_both_kinds() -> None:
    assert len(GUARDED) + len(OPEN) == len(_OWNERS)
    assert len(GUARDED) > len(OPEN) > 0


@each_guarded
def test_a_stranger_is_refused_before_the_body_is_looked_at(everywhere: Wiring, route: Route, scope: Scope) -> None:
    assert everywhere.identity.keys
    assert scope

    answer = ask(route, raw=b"\xff", headers={"content-type": "text/csv"})

    assert answer["statusCode"] == 401
    assert answer["multiValueHeaders"]["WWW-Authenticate"] == ["Bearer"]


@each_guarded
def test_who_may_do_everything_else_is_told_the_scope_that_is_missing(
    everywhere: Wiring, route: Route, scope: Scope
) -> None:
    answer = ask(route, token=Visitor(everywhere.identity, *(set(Scope) - {scope})).token)

    assert answer["statusCode"] == 403
    assert scope in message_of(answer)
    assert scope in answer["multiValueHeaders"]["WWW-Authenticate"][0]


@each_guarded
def test_who_may_is_let_in(everywhere: Wiring, route: Route, scope: Scope) -> None:
    answer = ask(route, token=Visitor(everywhere.identity, scope).token)

    assert answer["statusCode"] in {200, 201, 202, 400, 404}


@pytest.mark.parametrize("route", OPEN, ids=lambda route: route.path)
def test_an_open_route_takes_anybody_even_with_a_token_that_is_none(everywhere: Wiring, route: Route) -> None:
    assert everywhere

    answer = ask(route, token="none")  # that is none

    assert answer["statusCode"] in {200, 400, 404}


@pytest.mark.parametrize("bad", BAD_TOKENS)
def test_a_bad_token_opens_nothing_and_is_told_nothing(everywhere: Wiring, clock: Clock, bad: str) -> None:
    token = BAD_TOKENS[bad](Forger(everywhere.identity, clock))

    answer = ask(Route("/api/v1/ingest/sources", "GET"), token=token)

    assert (answer["statusCode"], message_of(answer)) == (401, "Invalid or expired token")
