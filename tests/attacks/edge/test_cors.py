"""Pages of the configured origins read answers, letter for letter those, and no other page does."""

import json
from typing import Any

import pytest

from functions.auth.handler import handler as auth
from functions.docs.handler import handler as docs
from tests.attacks.edge.conftest import WatchedDoor
from tests.attacks.edge.origins import CONFIGURED, FOREIGN
from tests.attacks.edge.raw_http import Answer, ask
from tests.events.api_gateway import context, rest_event

PREFLIGHT = ("Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization")
PLACES = ["/api/v1/a", "/api/v1/a?refused=%ff", "/elsewhere", "/api/v1"]


def answered(path: str, *origins: str, method: str = "GET") -> dict[str, list[str]]:
    """The headers of a function's answer to a page of these origins."""
    event = rest_event(method, path)
    if origins:
        event["headers"]["Origin"] = origins[-1]
        event["multiValueHeaders"]["Origin"] = list(origins)
    answer: Any = (auth if "/auth/" in path else docs)(event, context())
    headers: dict[str, list[str]] = answer["multiValueHeaders"]
    return headers


def at_the_door(watched: WatchedDoor, target: str, *lines: str, method: str = "GET") -> Answer:
    """The front door's answer to a request with these header lines."""
    head = f"{method} {target} HTTP/1.1\r\nHost: d\r\n" + "".join(f"{line}\r\n" for line in lines)
    return ask(watched.port, head.encode() + b"\r\n")


ANSWERS = [
    ("GET", "/api/v1/openapi.json", "served"),
    ("GET", "/api/v1/docs/none.js", "not found"),
    ("DELETE", "/api/v1/docs", "not allowed"),
    ("GET", "/api/v1/auth/keys", "not authorized"),
    ("POST", "/api/v1/auth/token", "invalid"),
]
each_answer = pytest.mark.parametrize(
    ("method", "path"), [each[:2] for each in ANSWERS], ids=[n for _, _, n in ANSWERS]
)


with_pages = pytest.mark.usefixtures("deployed", "own_pages")


@with_pages
@each_answer
@pytest.mark.parametrize("origin", CONFIGURED)
def test_a_configured_origin_may_read_every_response_including_errors(origin: str, method: str, path: str) -> None:
    headers = answered(path, origin, method=method)

    assert headers["Access-Control-Allow-Origin"] == [origin]
    assert headers["Access-Control-Allow-Credentials"] == ["true"]
    assert headers["Vary"][0] == "Origin"


@with_pages
@each_answer
def test_other_origins_are_not_allowed_and_responses_vary_by_origin(method: str, path: str) -> None:
    for origin in FOREIGN:
        headers = answered(path, origin, method=method)

        assert [name for name in headers if name.startswith("Access-Control-")] == [], origin
        assert headers["Vary"][0] == "Origin"


@with_pages
@each_answer
def test_a_request_with_several_origins_is_allowed_none(method: str, path: str) -> None:
    for several in [(CONFIGURED[0], "http://evil.example"), ("http://evil.example", CONFIGURED[0]), CONFIGURED]:
        assert "Access-Control-Allow-Origin" not in answered(path, *several, method=method)


@with_pages
@each_answer
def test_responses_without_an_origin_vary_by_origin(method: str, path: str) -> None:
    assert answered(path, method=method)["Vary"][0] == "Origin"


@with_pages
def test_cacheable_responses_vary_by_accept_encoding() -> None:
    assert answered("/api/v1/openapi.json")["Vary"] == ["Origin", "Accept-Encoding"]


@pytest.mark.parametrize("target", PLACES)
@pytest.mark.parametrize("origin", CONFIGURED)
def test_a_configured_origin_may_read_front_door_errors(watched: WatchedDoor, origin: str, target: str) -> None:
    answer = at_the_door(watched, target, f"Origin: {origin}")

    assert answer.values("access-control-allow-origin") == [origin]
    assert answer.values("access-control-allow-credentials") == ["true"]
    assert answer.values("vary") == ["Origin"]


@pytest.mark.parametrize("target", PLACES)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PATCH"])
def test_the_front_door_allows_no_other_origin(watched: WatchedDoor, target: str, method: str) -> None:
    for origin in FOREIGN:
        answer = at_the_door(watched, target, f"Origin: {origin}", *PREFLIGHT, method=method)

        assert answer.values("access-control-allow-origin") == [], origin
        assert answer.values("access-control-allow-credentials") == []
        assert answer.values("vary") == ["Origin"]


@pytest.mark.parametrize("target", PLACES)
def test_the_front_door_allows_no_multiple_origins(watched: WatchedDoor, target: str) -> None:
    lines = [f"Origin: {origin}" for origin in (CONFIGURED[0], "http://evil.example")]

    for several in (lines, lines[::-1], [lines[0]] * 2):
        assert at_the_door(watched, target, *several).values("access-control-allow-origin") == []


@pytest.mark.parametrize("target", PLACES)
@pytest.mark.parametrize("origin", [*CONFIGURED, "http://evil.example", "null"])
def test_public_pages_get_no_private_network_access(watched: WatchedDoor, origin: str, target: str) -> None:
    asked = ("Access-Control-Request-Private-Network: true", "Access-Control-Request-Local-Network: true")

    answer = at_the_door(watched, target, f"Origin: {origin}", *PREFLIGHT, *asked, method="OPTIONS")

    assert not any("private-network" in name or "local-network" in name for name, _ in answer.headers)


@pytest.mark.parametrize("origin", CONFIGURED)
def test_a_refusal_without_an_origin_allows_none(watched: WatchedDoor, origin: str) -> None:
    answer = at_the_door(watched, "/api/v1/a#b", f"Origin: {origin}")

    assert (answer.status, json.loads(answer.body)["success"]) == (400, False)
    assert answer.values("access-control-allow-origin") == []
