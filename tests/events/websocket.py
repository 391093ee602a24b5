"""Events of the WebSocket API, as API Gateway hands them to a function."""

import secrets
from collections.abc import Mapping
from typing import Any


def connect_event(
    connection_id: str, channel: str | None = "analytics", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A client asks to be let in; the front door has turned its path into `channel`."""
    headers = {"Host": "live.example", "Sec-WebSocket-Version": "13", **(headers or {})}
    event = {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "isBase64Encoded": False,
        "requestContext": _context("$connect", "CONNECT", connection_id),
    }
    if channel is not None:
        event["queryStringParameters"] = {"channel": channel}
        event["multiValueQueryStringParameters"] = {"channel": [channel]}
    return event


def disconnect_event(connection_id: str) -> dict[str, Any]:
    """A client has gone, or was sent away."""
    gone = {"disconnectStatusCode": 1000, "disconnectReason": "Client went away"}
    return {
        "headers": {"Host": "live.example"},
        "multiValueHeaders": {"Host": ["live.example"]},
        "isBase64Encoded": False,
        "requestContext": _context("$disconnect", "DISCONNECT", connection_id) | gone,
    }


def message_event(connection_id: str, body: str) -> dict[str, Any]:
    """A client says something."""
    context = _context("$default", "MESSAGE", connection_id) | {"messageId": secrets.token_hex(8)}
    return {"requestContext": context, "body": body, "isBase64Encoded": False}


def _context(route: str, kind: str, connection_id: str) -> dict[str, Any]:
    return {
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": secrets.token_hex(8),
        "requestTime": "01/Jan/2026:00:00:00 +0000",
        "messageDirection": "IN",
        "stage": "local",
        "connectedAt": 1767225600000,
        "requestTimeEpoch": 1767225600001,
        "identity": {"sourceIp": "192.0.2.1"},
        "requestId": secrets.token_hex(8),
        "domainName": "live.example",
        "connectionId": connection_id,
        "apiId": "abcdef1234",
    }
