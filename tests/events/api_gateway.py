"""Requests as a REST API hands them to a function."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass
class Context:
    """The Lambda context of an invocation."""

    function_name: str = "tests"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:tests"
    aws_request_id: str = field(default_factory=lambda: secrets.token_hex(16))
    remaining_ms: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        """How long the invocation may still take."""
        return self.remaining_ms


def context(*, remaining_ms: int = 60_000) -> Any:
    """A fresh invocation; as far as handlers look, a `LambdaContext`."""
    return Context(remaining_ms=remaining_ms)


def rest_event(  # noqa: PLR0913 # a request has that many parts
    method: str,
    path: str,
    *,
    body: Any = None,
    raw: str | bytes | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    token: str | None = None,
) -> dict[str, Any]:
    """A request to the REST API: the path percent-encoded, as sent; bytes in base64, as binary media types are."""
    content = raw if raw is not None else None if body is None else orjson.dumps(body).decode()
    binary = isinstance(content, bytes)
    shown = {"Authorization": f"Bearer {token}"} if token is not None else {}
    usual = {"content-type": "application/json", "host": "api.example", "x-forwarded-for": "192.0.2.1"} | shown
    said = {name.lower() for name in headers or {}}
    sent = {name: value for name, value in usual.items() if name.lower() not in said} | dict(headers or {})
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "multiValueQueryStringParameters": {name: list(values) for name, values in query.items()} if query else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": _request_context(method, path),
        "body": base64.b64encode(content).decode() if isinstance(content, bytes) else content,
        "isBase64Encoded": binary,
    }


def _request_context(method: str, path: str) -> dict[str, Any]:
    return {
        "accountId": "123456789012",
        "apiId": "abcdef1234",
        "resourceId": "res123",
        "resourcePath": path,
        "httpMethod": method,
        "path": f"/local{path}",
        "stage": "local",
        "protocol": "HTTP/1.1",
        "requestId": f"req-{secrets.token_hex(8)}",
        "extendedRequestId": "ext",
        "requestTime": "22/Nov/2026:00:00:00 +0000",
        "requestTimeEpoch": 1795305600000,
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "tests"},
        "domainName": "api.example",
        "domainPrefix": "api",
    }
