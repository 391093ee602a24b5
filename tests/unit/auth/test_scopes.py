"""The scopes are those of the contract; tokens list them as words."""

from shared.auth.scopes import Scope, spelt, understood

SCOPES = """
ingest:write ingest:read analytics:read dashboards:read dashboards:write alerts:read alerts:write quality:read
fraud:read experiments:read experiments:write replay:read replay:run audit:read export:run admin
"""


def test_the_scopes_are_those_of_the_contract() -> None:
    assert set(Scope) == set(SCOPES.split())


def test_scopes_are_serialised_in_order_and_parsed_back() -> None:
    assert spelt({Scope.INGEST_WRITE, Scope.ADMIN}) == "admin ingest:write"
    assert understood(spelt(Scope)) == set(Scope)


def test_a_removed_scope_grants_nothing() -> None:
    assert understood("admin ingest fly:away") == {Scope.ADMIN}
