"""What applies to a route by default, and what its policy switches off."""

import pytest

from shared.app.route_policy import RoutePolicy
from shared.auth.scopes import PUBLIC, Scope

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@pytest.mark.parametrize("method", METHODS)
def test_a_post_is_repeatable_and_a_change_is_audited_unless_the_policy_says_otherwise(method: str) -> None:
    default = RoutePolicy(scope=Scope.INGEST_WRITE)
    neither = RoutePolicy(scope=Scope.INGEST_WRITE, idempotent=False, audited=False)

    assert (default.takes_key(method), default.is_audited(method)) == (method == "POST", method != "GET")
    assert (neither.takes_key(method), neither.is_audited(method)) == (False, False)


@pytest.mark.parametrize("method", METHODS)
def test_a_public_route_is_neither_repeatable_nor_audited_because_it_has_no_caller(method: str) -> None:
    public = RoutePolicy(scope=PUBLIC)

    assert (public.takes_key(method), public.is_audited(method), public.is_tagged(method)) == (False, False, False)


def test_responses_have_an_etag_where_dashboards_poll() -> None:
    tagged = {(method, scope) for method in METHODS for scope in Scope if RoutePolicy(scope=scope).is_tagged(method)}

    polled = (Scope.ANALYTICS_READ, Scope.FRAUD_READ, Scope.ALERTS_READ, Scope.DASHBOARDS_READ)
    assert tagged == {("GET", scope) for scope in polled}
