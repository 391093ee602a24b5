"""Reads ASGI requests: their head, their query string and, without taking it from the application, their body."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import quote

from infra.local.guard.browser import RequestHead, by_name

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


def head_of(scope: Message) -> RequestHead:
    """Return the head of a request, its path as it was sent."""
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return RequestHead(scope.get("method", "GET"), raw_path.decode("latin-1"), by_name(headers))


def query_string_of(scope: Message) -> str:
    """Return the query string of a request as it was sent."""
    query_string: bytes = scope["query_string"]
    return query_string.decode("latin-1")


async def read_body(receive: Receive) -> tuple[bytes, Receive]:
    """Read a whole body, and return it with a way to read it once more."""
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body", False):
        messages.append(await receive())
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return b"".join(message.get("body", b"") for message in messages), again
