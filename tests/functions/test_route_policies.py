"""The policies that routes declare are those of docs/contracts.md."""

from functions.declaration import HttpFunction, Route
from functions.manifest import HTTP_FUNCTIONS
from shared.app.http import BASE_PATH
from shared.app.route_policy import RoutePolicy
from shared.auth.scopes import PUBLIC, Scope
from shared.limits.classes import ANALYTICS
from shared.runtime.dialects import Dialect

OPEN = {"/auth/token", "/auth/refresh", "/.well-known/jwks.json", "/openapi.json", "/docs", "/docs/{name}", "/health"}
READ_SCOPES = {scope for scope in Scope if scope.endswith(":read")}


def _policies() -> list[tuple[HttpFunction, Route, RoutePolicy]]:
    return [(function, route, function.policy_of(route)) for function in HTTP_FUNCTIONS for route in function.routes()]


def test_only_the_paths_of_the_contract_are_public() -> None:
    assert {route.path for _, route, policy in _policies() if policy.scope is PUBLIC} == {
        f"{BASE_PATH}{path}" for path in OPEN
    }


def test_a_read_scope_allows_reads_only_and_reads_require_no_other_but_of_admins_and_of_ones_own_exports() -> None:
    scopes = {(route.method == "GET", policy.scope) for _, route, policy in _policies() if policy.scope is not PUBLIC}

    assert {scope for reads, scope in scopes if reads} <= {*READ_SCOPES, Scope.ADMIN, Scope.EXPORT_RUN}
    assert not READ_SCOPES & {scope for reads, scope in scopes if not reads}


def test_commerce_analytics_are_in_the_analytics_rate_class() -> None:
    analytics = {
        route
        for function, route, _ in _policies()
        if function.app().dialect is Dialect.COMMERCE and route.path.startswith(f"{BASE_PATH}/analytics/")
    }

    assert {route for _, route, policy in _policies() if policy.rate is ANALYTICS} == analytics


def test_a_declared_rate_class_is_of_a_dialect_of_its_route() -> None:
    """A class of another dialect would be ignored, and with it the limit that the route asks for."""
    for function, route, policy in _policies():
        assert policy.rate is None or policy.rate.dialect in function.app().dialects, route


def test_every_change_is_audited_except_previews_and_the_submission_of_records() -> None:
    changes = {
        route.path: policy.is_audited(route.method)
        for _, route, policy in _policies()
        if route.method != "GET" and policy.scope is not PUBLIC
    }

    assert {path for path, audited in changes.items() if not audited} == {
        f"{BASE_PATH}/alerts/rules/preview",
        f"{BASE_PATH}/ingest/batch",
        f"{BASE_PATH}/ingest/preview",
        f"{BASE_PATH}/alerts/rules/preview",
        f"{BASE_PATH}/ingest/stream",
    }


def test_every_post_is_repeatable_except_previews_exports_and_where_the_response_contains_a_secret() -> None:
    posts = {
        route.path: policy.takes_key(route.method)
        for _, route, policy in _policies()
        if route.method == "POST" and policy.scope is not PUBLIC
    }

    assert {path for path, repeatable in posts.items() if not repeatable} == {
        f"{BASE_PATH}/alerts/rules",
        f"{BASE_PATH}/alerts/rules/preview",
        f"{BASE_PATH}/analytics/export",  # answered anew: URLs expire, and the same request has the same bytes
        f"{BASE_PATH}/auth/keys",
        f"{BASE_PATH}/auth/keys/{{key_id}}/rotate",
        f"{BASE_PATH}/ingest/preview",
        f"{BASE_PATH}/alerts/rules",
        f"{BASE_PATH}/alerts/rules/preview",
        f"{BASE_PATH}/ingest/uploads",
    }
