"""Requests as boto3 sends them, without sending them."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest

from infra.local.calls.permissions import ApiRequest


class _NotSentError(Exception):
    """Keeps a request from being sent."""


def sent(service: str, operation: str, **parameters: Any) -> ApiRequest:
    """Return the request that boto3 would send."""
    seen: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> None:
        seen.append(request)
        raise _NotSentError

    clients: Any = boto3.Session("key", "secret", region_name="us-east-1")
    endpoint = "http://127.0.0.1:1" + ("/_aws/execute-api/api1/live" if "gateway" in service else "")
    client = clients.client(service, endpoint_url=endpoint)
    client.meta.events.register("before-send", keep)
    with pytest.raises(_NotSentError):
        getattr(client, operation)(**parameters)
    (request,) = seen
    parts = urlsplit(str(request.url))
    sent_headers: Any = request.headers  # its types know no headers of bytes, which signing makes
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in sent_headers.items()
    }
    body = request.body or b""
    return ApiRequest(
        service=client.meta.service_model.signing_name,
        method=request.method,
        path=unquote(parts.path),
        query=parse_qs(parts.query, keep_blank_values=True),
        headers=headers,
        body=body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b"",
    )
