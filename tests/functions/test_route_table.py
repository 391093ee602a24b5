"""The table of routes is current, and agrees with the functions."""

from functions.openapi import document
from functions.route_table import COPY, text


def test_the_committed_table_is_what_the_routes_declare() -> None:
    assert COPY.read_text() == text(), "run `make openapi` and commit docs/routes.md"


def test_each_published_route_has_one_row() -> None:
    published = [f"`{method.upper()} {path}`" for path, item in document()["paths"].items() for method in item]

    assert sorted(row[0] for row in _rows()) == sorted(published)


def test_a_route_that_creates_data_shows_its_scope_limit_repetition_and_audit() -> None:
    assert _cells_of("POST /api/v1/ingest/quarantine/redrive")[:5] == [
        "ingest",
        "`ingest:write`",
        "general: 1000 per hour and API key",
        "yes",
        "yes",
    ]


def test_a_public_route_is_neither_counted_nor_audited() -> None:
    assert _cells_of("POST /api/v1/auth/token")[:5] == ["auth", "public", "-", "-", "-"]


def test_a_path_of_both_contracts_shows_the_limit_of_each() -> None:
    assert _cells_of("GET /api/v1/analytics/metrics")[2] == (
        "analytics: 500 per hour and API key; fraud: 100 per minute and user"
    )


def test_errors_of_every_route_are_listed_once_above_the_table() -> None:
    common, _, _ = text().partition("| route |")

    assert "in addition to 400, 401, 414, 422, 431, 500, 503," in common
    assert _cells_of("GET /api/v1/docs/{name}")[5] == "404"


def _rows() -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in text().splitlines() if line.startswith("| `")]


def _cells_of(route: str) -> list[str]:
    return next(cells for name, *cells in _rows() if name == f"`{route}`")
