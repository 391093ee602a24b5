"""The front door joins WebSocket clients to their channel and keeps API Gateway's limits."""

import asyncio
import contextlib
import http.client
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.local.host.conftest import Door

Talk = Callable[[aiohttp.ClientWebSocketResponse], Awaitable[Any]]


def talk(url: str, what: Talk, **options: Any) -> Any:
    """Open a connection, have a talk on it, and return what it gave."""

    async def run() -> Any:
        async with (
            asyncio.timeout(10),
            aiohttp.ClientSession() as session,
            session.ws_connect(url, **options) as socket,
        ):
            return await what(socket)

    return asyncio.run(run())


async def greeting(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    seen: dict[str, Any] = await socket.receive_json()
    return {**seen, "protocol": socket.protocol}


def test_the_path_becomes_the_channel_and_the_token_is_forwarded(door: Door) -> None:
    url = f"ws://127.0.0.1:{door.port}/ws/dashboards/d-1?token=a%2Bb"

    seen = talk(url, greeting, headers={"Authorization": "Bearer t"}, protocols=["bearer", "tok"])

    assert seen["query"] == "channel=dashboards%2Fd-1&token=a%2Bb"
    assert seen["headers"]["Authorization"] == "Bearer t"
    assert seen["headers"]["Sec-WebSocket-Protocol"] == "bearer,tok"
    assert seen["protocol"] == "bearer"


def test_a_token_that_cannot_be_encoded_is_refused(door: Door) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}

    with contextlib.closing(connection):
        connection.request("GET", "/ws/analytics", headers={**upgrade, "Authorization": b"Bearer good\xe9"})
        answer = connection.getresponse()

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_messages_travel_both_ways(door: Door) -> None:
    async def chat(socket: aiohttp.ClientWebSocketResponse) -> tuple[str, bytes]:
        await greeting(socket)
        await socket.send_str("größer")
        text = await socket.receive_str()
        await socket.send_bytes(b"\x00\xff")
        return text, await socket.receive_bytes()

    assert talk(f"ws://127.0.0.1:{door.port}/ws/analytics", chat) == ("größer", b"\x00\xff")


def test_a_message_over_128_kilobytes_closes_the_connection(door: Door) -> None:
    async def shout(socket: aiohttp.ClientWebSocketResponse) -> tuple[str, int | None]:
        await greeting(socket)
        await socket.send_str("x" * (100 * 1024))
        echoed = await socket.receive_str()
        await socket.send_str("x" * (129 * 1024))
        closed = await socket.receive()
        return echoed[:1], closed.data

    assert talk(f"ws://127.0.0.1:{door.port}/ws/analytics", shout) == ("x", 1009)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("refuse=401", 401),
        ("refuse=403&token=t", 403),
        ("refuse=403", 401),
        ("refuse=410", 410),
        ("refuse=431&token=t", 401),
        ("refuse=431", 431),
    ],
)
def test_a_refused_handshake_keeps_its_status(door: Door, query: str, status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        talk(f"ws://127.0.0.1:{door.port}/ws/analytics?{query}", greeting)

    assert refused.value.status == status
    assert refused.value.headers is not None
    assert refused.value.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


def test_an_unknown_channel_is_not_found(door: Door) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        talk(f"ws://127.0.0.1:{door.port}/ws/nope", greeting)

    assert refused.value.status == 404


def test_without_a_platform_the_handshake_is_unavailable(door: Door) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        talk(f"ws://127.0.0.1:{door.port_of_one_without_upstream}/ws/analytics", greeting)

    assert refused.value.status == 503
