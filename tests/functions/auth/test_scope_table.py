"""Every route asks for a scope or is said to be open; the scopes are those of the contract."""

from collections.abc import Iterator

import pytest

from functions.manifest import HTTP_FUNCTIONS
from shared.app.http import BASE_PATH
from shared.auth.scopes import ROUTES, RouteWithoutScope, Scope, scope_of, spelt, understood

SCOPES = """
ingest:write ingest:read analytics:read dashboards:read dashboards:write alerts:read alerts:write quality:read
fraud:read experiments:read experiments:write replay:read replay:run audit:read export:run admin
"""
OPEN = {"/auth/token", "/auth/refresh", "/.well-known/jwks.json", "/openapi.json", "/docs", "/docs/{name}", "/health"}


def _routes() -> Iterator[tuple[str, str]]:
    for function in HTTP_FUNCTIONS:
        for route in function.routes():
            yield route.method, route.path.removeprefix(BASE_PATH)


def test_the_scopes_are_those_of_the_contract() -> None:
    assert set(Scope) == set(SCOPES.split())


def test_every_route_of_the_document_has_a_row() -> None:
    for method, path in _routes():
        assert scope_of(method, path) in {None, *Scope}


def test_every_row_leads_to_a_route() -> None:
    assert {f"{method} {path}" for method, path in _routes()} == set(ROUTES)


def test_only_what_the_contract_opens_is_open() -> None:
    assert {row.split()[1] for row, scope in ROUTES.items() if scope is None} <= OPEN


def test_a_route_without_a_row_is_an_error_that_says_where_to_add_one() -> None:
    with pytest.raises(RouteWithoutScope, match=r"shared/auth/scopes\.py"):
        scope_of("GET", "/new")


def test_scopes_are_written_in_order_and_read_back() -> None:
    assert spelt({Scope.INGEST_WRITE, Scope.ADMIN}) == "admin ingest:write"
    assert understood(spelt(Scope)) == set(Scope)


def test_a_word_that_is_no_scope_any_more_allows_nothing() -> None:
    assert understood("admin ingest fly:away") == {Scope.ADMIN}
