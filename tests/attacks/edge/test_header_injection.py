"""Nothing that a client writes becomes a header of an answer, or another header upstream."""

import json

import pytest

from infra.local.guard.headers import HOST_KEY_HEADER
from shared.audit.request import change_of
from tests.attacks.edge.conftest import HOST_KEY, WatchedDoor
from tests.attacks.edge.raw_http import Answer, ask
from tests.events.api_gateway import rest_event

BREAKS = ["%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D", "%c0%8a", "%00", "%e2%80%a8", "%85"]
HEAD = " HTTP/1.1\r\nHost: d\r\n"


def get(watched: WatchedDoor, target: str, *lines: str) -> Answer:
    """The answer to a request with these header lines."""
    head = f"GET {target}{HEAD}" + "".join(f"{line}\r\n" for line in lines)
    return ask(watched.port, head.encode() + b"\r\n")


@pytest.mark.parametrize("place", ["/api/v1/a{}X-Own:1", "/api/v1/a?b={}X-Own:1", "/a{}X-Own:1", "/ws/a{}X-Own:1"])
@pytest.mark.parametrize("line_break", BREAKS)
def test_a_line_break_in_a_target_stays_encoded(watched: WatchedDoor, place: str, line_break: str) -> None:
    target = place.format(line_break)

    answer = get(watched, target)

    assert answer.status in {200, 404}
    assert answer.values("x-own") == []
    path, mark, query = target.partition("?")
    for arrival in watched.arrivals:
        assert arrival.path == path.replace("%", "%25") + mark + query  # the emulator decodes a path once
        assert arrival.values("X-Own") == []


@pytest.mark.parametrize("target", ["/", "/elsewhere", "/ws/elsewhere", "/api/v1/a"])
def test_no_response_header_repeats_the_requested_host(watched: WatchedDoor, target: str) -> None:
    answer = ask(watched.port, f"GET {target} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())

    assert not any("evil.example" in value for _, value in answer.headers)


def test_the_client_address_is_that_of_its_connection(watched: WatchedDoor) -> None:
    """The emulator takes the first address of the header for the client's."""
    get(
        watched,
        "/api/v1/a",
        "X-Forwarded-For: 6.6.6.6",
        "x-forwarded-for: 7.7.7.7",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Port: 1",
    )

    (arrival,) = watched.arrivals
    forwarded = [pair for pair in arrival.headers if pair[0].lower().startswith("x-forwarded-")]
    assert forwarded == [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "d")]


@pytest.mark.parametrize("name", ["X_Forwarded_For", "X-Forwarded_For", "Forwarded", "X-Real-IP", "True-Client-IP"])
def test_the_audit_log_ignores_address_headers(name: str) -> None:
    event = rest_event("POST", "/api/v1/auth/keys", headers={name: "6.6.6.6", "X-Forwarded-For": "6.6.6.6"})

    change = change_of(event, {"statusCode": 201, "body": "{}"}, user_id="u", key_id="k")

    assert change is not None
    assert change.source_ip == event["requestContext"]["identity"]["sourceIp"] != "6.6.6.6"


@pytest.mark.parametrize("name", ["Authorization_", "Authorization-", "X-Authorization", "authorization\u00ad"])
def test_a_header_of_a_similar_name_is_not_that_header(watched: WatchedDoor, name: str) -> None:
    get(watched, "/api/v1/a", f"{name}: Bearer t")

    assert all(arrival.values("Authorization") == [] for arrival in watched.arrivals)


@pytest.mark.parametrize("name", [HOST_KEY_HEADER, HOST_KEY_HEADER.upper(), HOST_KEY_HEADER.title()])
@pytest.mark.parametrize("connection", ["keep-alive", HOST_KEY_HEADER, f"close, {HOST_KEY_HEADER}"])
def test_a_client_neither_sets_nor_receives_the_host_key(watched: WatchedDoor, name: str, connection: str) -> None:
    upgrade = ("Upgrade: websocket", f"Sec-WebSocket-Key: {'A' * 22}==", "Sec-WebSocket-Version: 13")

    get(watched, "/api/v1/a", f"{name}: guess", f"{name}: again", f"Connection: {connection}")
    get(watched, "/ws/analytics", f"{name}: guess", f"Connection: Upgrade, {connection}", *upgrade)

    assert [arrival.values(HOST_KEY_HEADER) for arrival in watched.arrivals] == [[HOST_KEY]] * 2


@pytest.mark.parametrize("request_id", ["6" * 5000, "id; a=b", "<script>"])
def test_a_client_cannot_set_the_request_id(watched: WatchedDoor, request_id: str) -> None:
    answer = get(watched, "/elsewhere", f"X-Request-Id: {request_id}", f"x-amzn-requestid: {request_id}")

    (named,) = answer.values("x-request-id")
    assert named == json.loads(answer.body)["request_id"] != request_id
