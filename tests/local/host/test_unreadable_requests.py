"""Malformed HTTP gets a response: in the Commerce dialect, with a request id, and without an echo."""

import http.client
import json
import socket

import pytest
from aiohttp import web

from infra.local.gateway.bad_requests import DoorRunner
from infra.local.host.servers import Servers
from tests.local.host.conftest import Door
from tests.local.host.free_ports import free_ports

MB = 2**20


def answer_to(port: int, head: str, body: bytes = b"") -> tuple[int, dict[str, str], dict[str, str]]:
    """Send a raw request; return status, error and headers by their names in lower case."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
        with http.client.HTTPResponse(connection) as answer:
            answer.begin()
            told = json.loads(answer.read())
            headers = {name.lower(): value for name, value in answer.getheaders()}
    assert (told["success"], told["request_id"]) == (False, headers["x-request-id"])
    assert headers["content-type"] == "application/json"
    return answer.status, told["error"], headers


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("POST /api/v1/x HTTP/1.1\nHost: d\nContent-Type: application/json\nContent-Type: text/csv", "Duplicate"),
        ("GET /api/v1/x HTTP/1.1\nHost: d\nAuthorization: Bearer hunter2\x01", "header value"),
        ("GET /api/v1/x HTTP/1.1\nHost: d\nHunter2 Header: x", "header token"),
        ("HUNTER2 /api/v1/x HTTP/1.1\nHost: d", "method"),
        ("GET /api/v1/x HTTP/1.1\nHost: d\nContent-Length: 1\nTransfer-Encoding: chunked", "Transfer-Encoding"),
        ("GET /api/v1/x HTTP/1.1\nHost: d\nContent-Length: hunter2", "Content-Length"),
        ("GET /api/v1/x HTTP/1.1\nHost: d" + "\nX-Hunter2: x" * 200, "headers"),
        (f"GET /api/v1/x HTTP/1.1\nHost: d\nAuthorization: Bearer hunter2{'x' * 2 * MB}", "bytes"),
        ("hunter2", ""),
    ],
    ids=["type twice", "control", "name", "method", "two lengths", "length", "many", "endless", "no HTTP"],
)
def test_an_unreadable_request_gets_the_reason_without_an_echo(door: Door, head: str, reason: str) -> None:
    status, error, _ = answer_to(door.port, head)

    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert reason in error["message"]
    assert "hunter2" not in error["message"].lower()


def test_a_token_of_100_kilobytes_is_invalid(door: Door) -> None:
    status, error, headers = answer_to(
        door.port, f"GET /api/v1/x HTTP/1.1\nHost: d\nAuthorization: Bearer {'A' * 100_000}"
    )

    assert (status, error["code"], headers["www-authenticate"]) == (401, "UNAUTHORIZED", "Bearer")


def test_the_next_client_is_served(door: Door) -> None:
    for _ in range(3):
        answer_to(door.port, "hunter2")

    status, error, _ = answer_to(door.port, "GET /elsewhere HTTP/1.1\nHost: d")
    assert (status, error["code"]) == (404, "NOT_FOUND")


async def fail(_: web.Request) -> web.Response:
    raise RuntimeError("hunter2")


def test_an_internal_front_door_error_is_in_the_same_dialect() -> None:
    app, port = web.Application(), free_ports().front
    app.router.add_get("/", fail)

    with Servers() as servers:
        servers.serve(app, port, run_by=DoorRunner)
        status, error, _ = answer_to(port, "GET / HTTP/1.1\nHost: d")

    assert (status, error["code"]) == (500, "INTERNAL_ERROR")
    assert "hunter2" not in error["message"]
