"""What functions sign is recorded, and reaches the emulator as it was sent."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.calls.call_log import CallLog
from infra.local.calls.permissions import Lookups
from infra.local.calls.recorder import Recorder
from infra.local.emulator.credentials import ACCOUNT
from infra.local.guard.asgi import Message, Receive, Send, read_body

QUERY = b'{"TableName": "sales"}'
OBJECT = "http://127.0.0.1:4566/lake/raw/day%3D1.json"


@dataclass
class FakeEmulator:
    """Answers each request with a status, and keeps the bodies."""

    status: int = 200
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a request."""
        self.bodies.append((await read_body(receive))[0])
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": scope["method"].encode()})


def signed(method: str, url: str, *, service: str, body: bytes = b"", key_id: str = ACCOUNT) -> AWSRequest:
    """Return a request of a function, or of another key."""
    target = {"X-Amz-Target": "DynamoDB_20120810.Query", "Content-Type": "application/x-amz-json-1.0"}
    headers = {"User-Agent": "Boto3/1.40 app/tally-local-reader", **(target if service == "dynamodb" else {})}
    request = AWSRequest(method, url, data=body, headers=headers)
    SigV4Auth(Credentials(key_id, "secret"), service, "us-east-1").add_auth(request)
    return request


def presigned(method: str) -> AWSRequest:
    """Return a request to an address that a function has signed."""
    request = AWSRequest("PUT", OBJECT)
    S3SigV4QueryAuth(Credentials(ACCOUNT, "secret"), "s3", "us-east-1", expires=900).add_auth(request)
    return AWSRequest(method, request.prepare().url)


def serve(recorder: Recorder, request: AWSRequest) -> list[Any]:
    """Send a request through the recorder, its body in two parts, and return what the emulator answered."""
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    headers = [(name.lower().encode(), str(value).encode()) for name, value in prepared.headers.items()]
    scope = {
        "type": "http",
        "method": prepared.method,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": headers,
    }
    body = request.data or b""
    waiting = [
        {"type": "http.request", "body": body[:5], "more_body": True},
        {"type": "http.request", "body": body[5:], "more_body": False},
    ]
    answered: list[Any] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    asyncio.run(recorder(scope, receive, send))
    return answered


def recorded(tmp_path: Path, request: AWSRequest, *, status: int = 200) -> list[tuple[str, str, str]]:
    """Return the calls that a request is recorded as."""
    log = CallLog(tmp_path / "calls.jsonl")
    log.path.touch()
    answered = serve(Recorder(FakeEmulator(status), log, Lookups()), request)
    assert answered[0]["status"] == status
    return [(each.function, each.permission.action, each.permission.resource) for each in log.read()]


def test_a_request_of_a_function_is_recorded_and_served_whole(tmp_path: Path) -> None:
    emulator, log = FakeEmulator(), CallLog(tmp_path / "calls.jsonl")

    serve(Recorder(emulator, log, Lookups()), signed("POST", "http://127.0.0.1/", service="dynamodb", body=QUERY))

    (call,) = log.read()
    assert emulator.bodies == [QUERY]
    assert (call.function, call.permission.action) == ("tally-local-reader", "dynamodb:Query")


def test_requests_of_other_keys_are_not_recorded(tmp_path: Path) -> None:
    assert recorded(tmp_path, signed("GET", OBJECT, service="s3", key_id="TALLY1")) == []


@pytest.mark.parametrize(("status", "more"), [(200, []), (404, [("s3:ListBucket", "arn:aws:s3:::lake")])])
def test_a_read_of_an_absent_object_is_recorded_with_the_listing(
    tmp_path: Path, status: int, more: list[tuple[str, str]]
) -> None:
    found = recorded(tmp_path, signed("GET", OBJECT, service="s3"), status=status)

    expected = [("s3:GetObject", "arn:aws:s3:::lake/raw/day=1.json"), *more]
    assert found == [("tally-local-reader", *each) for each in expected]


def test_a_presigned_address_is_recorded_without_a_function_and_its_preflight_not_at_all(tmp_path: Path) -> None:
    assert recorded(tmp_path, presigned("OPTIONS")) == []
    assert recorded(tmp_path, presigned("PUT")) == [("", "s3:PutObject", "arn:aws:s3:::lake/raw/day=1.json")]
