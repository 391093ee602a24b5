"""The front door's WebSocket sockets: joins a client to the WebSocket API of the emulator."""

import asyncio
import re
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeAlias

import aiohttp
from aiohttp import WSMsgType, web
from yarl import URL

from infra.local.gateway import limits
from infra.local.gateway.connections import client_of
from infra.local.gateway.forwarding import is_text
from infra.local.gateway.responses import Response, error_response
from infra.local.gateway.websocket_routes import WebSocketApi, channel_of, refusal_status, select_protocol

IDLE_SECONDS = 10 * 60.0
CONNECTION_SECONDS = 2 * 60 * 60.0
_End: TypeAlias = web.WebSocketResponse | aiohttp.ClientWebSocketResponse
_PASSED = ("Authorization", "User-Agent", "Origin", "X-Request-Id")
# Of what comes twice, the emulator would look at one only.
_ONCE = (*_PASSED, "Host", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol")
_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")


class WebSocketDoor:
    """Serves `/ws/...` over one WebSocket API with API Gateway's limits."""

    def __init__(self, api: WebSocketApi) -> None:
        self._api = api

    async def serve(self, incoming: web.Request) -> web.StreamResponse:
        """Join the client to its channel, or answer as the handshake was answered upstream."""
        channel = channel_of(incoming.path)
        if channel is None:
            return _reject(HTTPStatus.NOT_FOUND, f"The channel {incoming.path} does not exist.")
        if problem := _unclear(incoming):
            return problem
        try:
            upstream = await self._connect(incoming, channel)
        except aiohttp.WSServerHandshakeError as error:
            return _reject(
                refusal_status(error.status, bears_token=_bears_token(incoming)), "The handshake was rejected."
            )
        except (aiohttp.ClientError, TimeoutError):
            return _reject(HTTPStatus.SERVICE_UNAVAILABLE, "The platform does not respond; retry later.")
        async with upstream:
            return await _join(incoming, upstream)

    async def _connect(self, incoming: web.Request, channel: str) -> aiohttp.ClientWebSocketResponse:
        url = URL(self._api.url(channel, incoming.rel_url.raw_query_string), encoded=True)
        headers = {name: incoming.headers[name] for name in _PASSED if name in incoming.headers}
        return await client_of(incoming).ws_connect(
            url, headers=headers, protocols=_offered_protocols(incoming), max_msg_size=limits.MESSAGE_BYTES
        )


def _unclear(incoming: web.Request) -> web.Response | None:
    """Reject an invalid handshake before it is forwarded."""
    if incoming.headers.get("Upgrade", "").lower() != "websocket":
        return _reject(HTTPStatus.UPGRADE_REQUIRED, "This address speaks WebSocket: send an Upgrade.")
    if not all(is_text(value) for value in incoming.headers.values()):
        return _reject(HTTPStatus.UNAUTHORIZED, "A header is not UTF-8, and no token is like that.")
    twice = [name for name in _ONCE if len(incoming.headers.getall(name, [])) > 1]
    if "Authorization" in twice:
        return _reject(HTTPStatus.UNAUTHORIZED, "Authorization must come once.")
    if twice:
        return _reject(HTTPStatus.BAD_REQUEST, f"{', '.join(twice)} must come once.")
    key, version = (incoming.headers.get(name, "") for name in ("Sec-WebSocket-Key", "Sec-WebSocket-Version"))
    if version != "13" or not _KEY.fullmatch(key) or not _socket(incoming).can_prepare(incoming):
        return _reject(HTTPStatus.BAD_REQUEST, "The handshake is not one of WebSocket version 13.")
    return None


def _socket(incoming: web.Request) -> web.WebSocketResponse:
    """Return the client's end; it takes no compression, so a message is no larger than what was sent."""
    protocol = select_protocol(_offered_protocols(incoming))
    return web.WebSocketResponse(
        max_msg_size=limits.MESSAGE_BYTES, protocols=[protocol] if protocol else [], compress=False
    )


def _offered_protocols(incoming: web.Request) -> list[str]:
    lines = incoming.headers.getall("Sec-WebSocket-Protocol", [])
    return [name.strip() for line in lines for name in line.split(",") if name.strip()]


def _bears_token(incoming: web.Request) -> bool:
    return "Authorization" in incoming.headers or "token" in incoming.query or len(_offered_protocols(incoming)) > 1


async def _join(incoming: web.Request, upstream: aiohttp.ClientWebSocketResponse) -> web.WebSocketResponse:
    client = _socket(incoming)
    await client.prepare(incoming)
    await _carry(client, upstream)
    return client


async def _carry(client: web.WebSocketResponse, upstream: aiohttp.ClientWebSocketResponse) -> None:
    """Carry messages both ways until either side closes or a time limit of API Gateway is reached."""
    try:
        async with asyncio.timeout(CONNECTION_SECONDS), asyncio.timeout(IDLE_SECONDS) as idle:
            ways = [
                asyncio.create_task(_pass_on(client, upstream, idle)),
                asyncio.create_task(_pass_on(upstream, client, idle)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
    except TimeoutError:
        await client.close(code=aiohttp.WSCloseCode.GOING_AWAY, message=b"Going away")
    await upstream.close(code=client.close_code or aiohttp.WSCloseCode.OK)
    await client.close(code=upstream.close_code or aiohttp.WSCloseCode.OK)


async def _pass_on(source: _End, target: _End, idle: asyncio.Timeout) -> None:
    async for message in source:
        idle.reschedule(asyncio.get_running_loop().time() + IDLE_SECONDS)
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)


def _reject(status: int, message: str) -> web.Response:
    asks = (("WWW-Authenticate", "Bearer"),) if status == HTTPStatus.UNAUTHORIZED else ()
    answer: Response = error_response(
        status, message, request_id=str(uuid.uuid4()), now=datetime.now(UTC), headers=asks
    )
    return web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))
