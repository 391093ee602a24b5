"""The front door's sockets: requests arrive unchanged, and those API Gateway refuses are refused."""

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.local.host.conftest import Door


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    port: int,
    method: str,
    target: str,
    body: bytes | Iterator[bytes] | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, target, body=body, headers=headers or {}, encode_chunked=isinstance(body, Iterator))
        answer = connection.getresponse()
        pairs = answer.getheaders()
        named = {name.lower(): value for name, value in pairs}
        return Reply(answer.status, named, answer.read(), [v for n, v in pairs if n == "Set-Cookie"])
    finally:
        connection.close()


def test_method_target_and_body_arrive_as_sent(door: Door) -> None:
    body = bytes(range(256)) * 100

    reply = ask(door.port, "POST", "/api/v1/echo?a=%2520&a=2&filters%5Br%5D[]=x+y&e=", body)

    seen = reply.json()
    assert seen["method"] == "POST"
    assert seen["raw"] == "/restapis/abc/local/_user_request_/api/v1/echo?a=%2520&a=2&filters%5Br%5D[]=x+y&e="
    assert bytes.fromhex(seen["body"]) == body


@pytest.mark.parametrize("blank", ["%0A", "%0D%0A", "%00", "%E2%80%A8"])
def test_a_path_with_a_line_break_arrives_unchanged(door: Door, blank: str) -> None:
    reply = ask(door.port, "GET", f"/api/v1/echo/a{blank}b")

    # The emulator decodes a path once, so it is sent encoded once more.
    assert reply.json()["raw"].endswith(f"/api/v1/echo/a{blank.replace('%', '%25')}b")


def test_a_compressed_body_arrives_compressed(door: Door) -> None:
    body = gzip.compress(b'{"a": 1}' * 100)

    reply = ask(
        door.port, "POST", "/api/v1/echo", body, {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    )

    assert bytes.fromhex(reply.json()["body"]) == body


def test_headers_and_the_client_address_arrive(door: Door) -> None:
    reply = ask(
        door.port,
        "GET",
        "/api/v1/echo",
        headers={"Authorization": "Bearer t", "X-Odd": "café".encode().decode("latin-1")},
    )

    seen = {name.lower(): value for name, value in reply.json()["headers"]}
    assert seen["authorization"] == "Bearer t"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-host"] == f"127.0.0.1:{door.port}"
    assert "accept" not in seen


def test_every_cookie_and_the_request_id_are_returned(door: Door) -> None:
    reply = ask(door.port, "GET", "/api/v1/echo")

    assert reply.cookies == ["a=1", "b=2"]
    assert reply.headers["x-request-id"] == "g-1"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_ten_megabytes_is_refused_however_it_is_sent(door: Door, chunked: bool) -> None:
    pieces = [b"x" * 2**20] * 11

    reply = ask(door.port, "POST", "/api/v1/echo", iter(pieces) if chunked else b"".join(pieces))

    assert reply.status == 413
    assert reply.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_a_response_too_large_for_lambda_is_a_bad_gateway(door: Door) -> None:
    assert ask(door.port, "GET", "/api/v1/echo?bytes=6000000").status == 200
    assert ask(door.port, "GET", "/api/v1/echo?bytes=6400000").status == 502


def test_a_function_that_times_out_is_reported_as_in_api_gateway(door: Door) -> None:
    reply = ask(door.port, "GET", "/api/v1/echo?wait=1")

    assert reply.status == 503
    assert reply.headers["retry-after"] == "5"
    assert reply.json()["error"]["code"] == "SERVICE_UNAVAILABLE"


def test_an_unresponsive_platform_returns_retry_after(door: Door) -> None:
    reply = ask(door.port_of_one_without_upstream, "GET", "/api/v1/echo")

    assert reply.status == 503
    assert reply.headers["retry-after"] == "2"
    assert reply.json()["error"]["code"] == "SERVICE_UNAVAILABLE"


@pytest.mark.parametrize("target", ["/api/v2/x", "/api/v1x", "/favicon.ico"])
def test_nothing_outside_the_api_is_served(door: Door, target: str) -> None:
    reply = ask(door.port, "GET", target)

    assert (reply.status, reply.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_the_root_redirects_to_the_web_page(door: Door) -> None:
    assert ask(door.port, "GET", "/").status == 307


def test_clients_are_served_concurrently(door: Door) -> None:
    statuses: list[int] = []

    def one(target: str) -> None:
        statuses.append(ask(door.port, "GET", target).status)

    threads = [
        threading.Thread(target=one, args=(target,)) for target in ["/api/v1/echo?wait=1"] * 3 + ["/api/v1/echo"] * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 3 + [503] * 3
