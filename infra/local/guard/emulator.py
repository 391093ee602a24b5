"""The guard around the emulator: an ASGI application that hands on only what may pass.

Four kinds of requests pass: those of the platform's own host (it shows the host key, and the deployed APIs check
tokens themselves), those signed with the platform's credentials, a browser's preflight for one of our pages, and the
responses of functions to CloudFormation, whose random addresses only they were given.
"""

import datetime as dt
import hmac
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs

from ministack.core.iam_actions import access_denied_response  # type: ignore[import-untyped] # it ships no types
from ministack.core.iam_evaluator import (  # type: ignore[import-untyped] # as above
    ResolvedCredential,
    resolve_credential,
)
from ministack.core.router import detect_service  # type: ignore[import-untyped] # it ships no types

from infra.local.guard.asgi import Application, Message, Receive, Send, head_of, query_string_of, read_body
from infra.local.guard.browser import BrowserPolicy, RequestHead
from infra.local.guard.headers import HOST_KEY_HEADER
from infra.local.guard.signature import SignatureFault, SignedRequest, parse_signature

_CLOUDFORMATION_RESPONSES = "/_ministack/cfn-response/"


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
        head = head_of(scope)
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
        found = parse_signature(head, query_string_of(scope))
        if isinstance(found, SignedRequest) and found.presigned:
            fault = self.policy.presigned_url_fault(head)
        else:
            fault = self.policy.fault(head)
        if fault is not None or isinstance(found, SignatureFault):
            return _forbidden(fault) or found, receive  # type: ignore[return-value] # one of both is a refusal
        secret = _secret_of(found.access_key_id)
        body = b""
        if scope["type"] == "http" and secret is not None and found.needs_body:
            body, receive = await read_body(receive)
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


def _without_host_key(scope: Message) -> Message:
    """Hide the host key from the functions, whose events hold every header."""
    kept = [pair for pair in scope["headers"] if pair[0].lower() != HOST_KEY_HEADER.encode()]
    return {**scope, "headers": kept}


async def _refuse(refusal: SignatureFault, scope: Message, head: RequestHead, send: Send) -> None:
    """Answer as the AWS service would that the request is for, so that its clients can read the reason."""
    headers = {name: ", ".join(values) for name, values in head.headers.items()}
    service = detect_service(head.method, scope["path"], headers, parse_qs(query_string_of(scope)))
    status, told, body = access_denied_response(
        service, "", "", str(uuid.uuid4()), error_code=refusal.code, message=refusal.message, headers=headers
    )
    # Unread bodies end the connection, so that no body is taken for the next request.
    answered = {**told, "Content-Length": str(len(body)), "Connection": "close"}
    raw = [(name.lower().encode(), value.encode()) for name, value in answered.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head.method == "HEAD" else body})
