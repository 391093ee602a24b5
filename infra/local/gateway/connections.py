"""The front door's connections to the emulator: a client for each application in which it serves."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeAlias

import aiohttp
from aiohttp import web

_CLIENT = web.AppKey("client", aiohttp.ClientSession)
_SKIPPED = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
# Shorter than the emulator's own 75 s, so that we never write into a connection it just closed.
_KEPT_SECONDS = 30
_CONNECT_SECONDS = 5
Opening: TypeAlias = Callable[[web.Application], AsyncIterator[None]]


def opening(*, seconds: float, headers: Mapping[str, str]) -> Opening:
    """Return what opens an application's client when it starts, and closes it at its end."""

    async def keep_open(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=seconds, connect=_CONNECT_SECONDS),
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS),
            headers=headers,
            auto_decompress=False,
            skip_auto_headers=_SKIPPED,
        ) as client:
            app[_CLIENT] = client
            yield

    return keep_open


def client_of(incoming: web.Request) -> aiohttp.ClientSession:
    """Return the client of the application that a request came to."""
    return incoming.app[_CLIENT]
