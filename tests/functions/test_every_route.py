"""Every route refuses strangers and those who may do something else, and lets the right ones in."""

from typing import Any

import pytest

from functions.declaration import Route
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.fakes.identities import Visitor
from tests.functions.every_route import GUARDED, OPEN, OWNERS, ask, each_guarded, form_of, message_of


def test_there_are_public_and_guarded_routes() -> None:
    assert len({route for route, _ in GUARDED}) + len(OPEN) == len(OWNERS)
    assert len(GUARDED) > len(OPEN) > 0


@each_guarded
def test_an_unauthenticated_request_is_refused_before_its_body_is_read(
    everywhere: Wiring, route: Route, scope: Scope
) -> None:
    assert everywhere.identity.keys
    assert scope

    answer = ask(route, query=form_of(route, scope), raw=b"\xff", headers={"content-type": "text/csv"})

    assert answer["statusCode"] == 401
    assert answer["multiValueHeaders"]["WWW-Authenticate"] == ["Bearer"]


@each_guarded
def test_a_caller_lacking_only_the_scope_is_told_its_name(everywhere: Wiring, route: Route, scope: Scope) -> None:
    answer = ask(route, query=form_of(route, scope), token=Visitor(everywhere.identity, *(set(Scope) - {scope})).token)

    assert answer["statusCode"] == 403
    assert scope in message_of(answer)
    assert scope in answer["multiValueHeaders"]["WWW-Authenticate"][0]


@each_guarded
def test_the_scope_grants_access(everywhere: Wiring, route: Route, scope: Scope) -> None:
    answer = ask(route, query=form_of(route, scope), token=Visitor(everywhere.identity, scope).token)

    assert answer["statusCode"] in {200, 201, 202, 400, 404}


@pytest.mark.parametrize("route", OPEN, ids=lambda route: route.path)
def test_a_public_route_ignores_invalid_tokens(everywhere: Wiring, route: Route) -> None:
    assert everywhere

    answer = ask(route, token="none")  # that is none

    assert answer["statusCode"] in {200, 400, 404}


@pytest.mark.parametrize(("route", "scope"), [each for each in GUARDED if each[0].method == "GET"], ids=str)
def test_head_is_answered_like_get_without_the_body(everywhere: Wiring, route: Route, scope: Scope) -> None:
    def asked(method: str) -> Any:
        token = Visitor(everywhere.identity, scope).token
        return ask(route, method=method, query=form_of(route, scope), token=token)

    get, head = asked("GET"), asked("HEAD")

    assert (head["statusCode"], head["body"]) == (get["statusCode"], "")
    assert head["multiValueHeaders"].keys() == get["multiValueHeaders"].keys()
