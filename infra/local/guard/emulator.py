"""The guard around the emulator: an ASGI application that hands on only what may pass.

Four kinds of requests pass: those of the platform's own host (it shows the host key, and the deployed APIs check
tokens themselves), those signed with the platform's credentials, a browser's preflight for one of our pages, and the
responses of functions to CloudFormation, whose random addresses only they were given.
"""

import datetime as dt
import hmac
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qs, quote

from ministack.core.iam_actions import access_denied_response  # type: ignore[import-untyped] # it ships no types
from ministack.core.iam_evaluator import (  # type: ignore[import-untyped] # as above
    ResolvedCredential,
    resolve_credential,
)
from ministack.core.router import detect_service  # type: ignore[import-untyped] # it ships no types

from infra.local.guard.browser import BrowserPolicy, RequestHead, by_name
from infra.local.guard.headers import HOST_KEY_HEADER
from infra.local.guard.signature import SignatureFault, SignedRequest, parse_signature

_CLOUDFORMATION_RESPONSES = "/_ministack/cfn-response/"

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class EmulatorGuard:
    """The emulator behind its guard."""

    emulator: Application
    policy: BrowserPolicy
    host_key: str

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or one connection."""
        if scope["type"] == "lifespan":
            await self.emulator(scope, receive, send)
            return
        head = _head(scope)
        refusal, receive = await self._refusal(scope, head, receive)
        if refusal is None:
            await self.emulator(_without_host_key(scope), receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _refuse(refusal, scope, head, send)

    async def _refusal(
        self, scope: Message, head: RequestHead, receive: Receive
    ) -> tuple[SignatureFault | None, Receive]:
        """Return why a request is refused, and where its body can be read from now."""
        if self._is_host(head) or (scope["type"] == "http" and self.policy.is_preflight(head)):
            return _forbidden(self.policy.host_fault(head)), receive
        if head.method == "PUT" and head.path.startswith(_CLOUDFORMATION_RESPONSES):
            return _forbidden(self.policy.fault(head)), receive
        found = parse_signature(head, _query_string(scope))
        if isinstance(found, SignedRequest) and found.presigned:
            fault = self.policy.presigned_url_fault(head)
        else:
            fault = self.policy.fault(head)
        if fault is not None or isinstance(found, SignatureFault):
            return _forbidden(fault) or found, receive  # type: ignore[return-value] # one of both is a refusal
        secret = _secret_of(found.access_key_id)
        body = b""
        if scope["type"] == "http" and secret is not None and found.needs_body:
            body, receive = await _read(receive)
        return found.fault(secret, body, dt.datetime.now(dt.UTC)), receive

    def _is_host(self, head: RequestHead) -> bool:
        shown = (head.header(HOST_KEY_HEADER) or "").encode()
        return hmac.compare_digest(shown, self.host_key.encode())


def _secret_of(access_key_id: str) -> str | None:
    """Return the secret of the platform's own keys, and of sessions that the emulator gave out for them."""
    found = resolve_credential(access_key_id)
    return found.secret_access_key if isinstance(found, ResolvedCredential) else None


def _forbidden(fault: str | None) -> SignatureFault | None:
    return None if fault is None else SignatureFault("AccessDenied", fault)


def _head(scope: Message) -> RequestHead:
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return RequestHead(scope.get("method", "GET"), raw_path.decode("latin-1"), by_name(headers))


def _query_string(scope: Message) -> str:
    query_string: bytes = scope["query_string"]
    return query_string.decode("latin-1")


def _without_host_key(scope: Message) -> Message:
    """Hide the host key from the functions, whose events hold every header."""
    kept = [pair for pair in scope["headers"] if pair[0].lower() != HOST_KEY_HEADER.encode()]
    return {**scope, "headers": kept}


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """Read a whole body, and return it with a way to read it once more."""
    messages = [await receive()]
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body", False):
        messages.append(await receive())
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return b"".join(message.get("body", b"") for message in messages), again


async def _refuse(refusal: SignatureFault, scope: Message, head: RequestHead, send: Send) -> None:
    """Answer as the AWS service would that the request is for, so that its clients can read the reason."""
    headers = {name: ", ".join(values) for name, values in head.headers.items()}
    service = detect_service(head.method, scope["path"], headers, parse_qs(_query_string(scope)))
    status, told, body = access_denied_response(
        service, "", "", str(uuid.uuid4()), error_code=refusal.code, message=refusal.message, headers=headers
    )
    # Unread bodies end the connection, so that no body is taken for the next request.
    answered = {**told, "Content-Length": str(len(body)), "Connection": "close"}
    raw = [(name.lower().encode(), value.encode()) for name, value in answered.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head.method == "HEAD" else body})
