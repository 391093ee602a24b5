"""WebSocket clients at the contracts' addresses are known while they are connected, and forgotten when they go."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.waiting import until

KNOWN_WITHIN = 20.0
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Authorization: Bearer {token}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def connections(platform: RunningPlatform, channel: str) -> list[dict[str, Any]]:
    """Return the connections of a channel in the table."""
    pages = (
        platform.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=platform.outputs.every["ConnectionsTableName"])
    )
    return [item for page in pages for item in page["Items"] if item["channel"]["S"] == channel]


async def joined(address: str, token: str, look: Callable[[], Any]) -> Any:
    """Connect, look while connected, and close as a browser does."""
    async with (
        asyncio.timeout(2 * KNOWN_WITHIN),
        aiohttp.ClientSession() as session,
        session.ws_connect(address, protocols=["bearer", token]) as socket,
    ):
        assert socket.protocol == "bearer"
        return await asyncio.to_thread(look)


@pytest.mark.parametrize("channel", ["analytics", "dashboards/executive"])
def test_a_client_is_listed_while_connected(platform: RunningPlatform, channel: str) -> None:
    def known() -> list[dict[str, Any]]:
        return until(lambda: connections(platform, channel), seconds=KNOWN_WITHIN, what=f"{channel} is joined")

    (connection,) = asyncio.run(joined(f"{platform.websocket_url}/{channel}", platform.token, known))

    assert connection["connection_id"]["S"]
    assert int(connection["expires_at"]["N"])
    until(lambda: not connections(platform, channel), seconds=KNOWN_WITHIN, what=f"{channel} is left")


def test_a_vanished_client_is_removed(platform: RunningPlatform) -> None:
    channel = "dashboards/operations"

    async def vanish() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", platform.ports.front)
        writer.write(HANDSHAKE.format(path=f"/ws/{channel}", token=platform.token).encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        await asyncio.to_thread(
            until, lambda: connections(platform, channel), seconds=KNOWN_WITHIN, what=f"{channel} is joined"
        )
        writer.transport.abort()

    asyncio.run(vanish())

    until(lambda: not connections(platform, channel), seconds=KNOWN_WITHIN, what="it is forgotten")


def test_a_client_cannot_choose_its_channel_by_query(platform: RunningPlatform) -> None:
    def known() -> list[dict[str, Any]]:
        return until(lambda: connections(platform, "dashboards/finance"), seconds=KNOWN_WITHIN, what="it is joined")

    asyncio.run(
        joined(f"{platform.websocket_url}/dashboards/finance?channel=dashboards/marketing", platform.token, known)
    )

    assert connections(platform, "dashboards/marketing") == []


@pytest.mark.parametrize("path", ["nowhere", "dashboards", "dashboards/a/b"])
def test_there_is_no_other_channel(platform: RunningPlatform, path: str) -> None:
    async def refused() -> int:
        async with asyncio.timeout(KNOWN_WITHIN), aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(f"{platform.websocket_url}/{path}")
            return refusal.value.status

    assert asyncio.run(refused()) == 404


def test_a_dashboard_that_does_not_exist_is_refused(platform: RunningPlatform) -> None:
    async def refused() -> int:
        async with asyncio.timeout(KNOWN_WITHIN), aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(f"{platform.websocket_url}/dashboards/nothing?token={platform.token}")
            return refusal.value.status

    assert asyncio.run(refused()) == 403  # API Gateway passes 404 on, the emulator no status of a function
    assert connections(platform, "dashboards/nothing") == []


@pytest.mark.parametrize(("query", "status"), [("", 401), ("?token=nobodys", 403)])
def test_an_unauthenticated_client_is_refused(platform: RunningPlatform, query: str, status: int) -> None:
    async def refused() -> int:
        async with asyncio.timeout(KNOWN_WITHIN), aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(f"{platform.websocket_url}/dashboards/executive{query}")
            return refusal.value.status

    assert asyncio.run(refused()) == status
