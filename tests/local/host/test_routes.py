"""A path that does not exist is told from a path that does with another method."""

import pytest

from infra.local.gateway.routes import Route, RouteTable

TABLE = RouteTable(
    routes=(
        Route.of("/", ()),
        Route.of("/api/v1/ingest", ()),
        Route.of("/api/v1/ingest/batch", ("POST", "OPTIONS")),
        Route.of("/api/v1/ingest/batches/{batch_id}/status", ("GET",)),
        Route.of("/api/v1/things/{id}", ("GET",)),
        Route.of("/api/v1/things/special", ("DELETE",)),
        Route.of("/api/v1/files/{path+}", ("PUT",)),
    )
)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/ingest/batch", {"POST", "OPTIONS"}),
        ("/api/v1/ingest/batches/b-1/status", {"GET"}),
        ("/api/v1/things/a%2Fb", {"GET"}),
        ("/api/v1/things/special", {"DELETE"}),
        ("/api/v1/files/a/b/c", {"PUT"}),
    ],
)
def test_a_path_has_the_methods_of_its_most_literal_route(path: str, methods: set[str]) -> None:
    assert TABLE.methods_at(path) == methods


@pytest.mark.parametrize("path", ["/api/v1/nope", "/api/v1/ingest", "/api/v1/things", "/api/v1/things/a/b", "/"])
def test_a_path_without_methods_is_served_by_nothing(path: str) -> None:
    assert TABLE.methods_at(path) == frozenset()
