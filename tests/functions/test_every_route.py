"""Every route refuses strangers and those who may do something else, and lets the right ones in."""

import pytest

from functions.declaration import Route
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.fakes.identities import Visitor
from tests.functions.every_route import GUARDED, OPEN, OWNERS, ask, each_guarded, message_of


def test_there_are_routes_of_both_kinds() -> None:
    assert len(GUARDED) + len(OPEN) == len(OWNERS)
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
