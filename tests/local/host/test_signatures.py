"""Only requests signed with the installation's credentials, for this request and time, are accepted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Key

from infra.local.guard.browser import RequestHead, by_name
from infra.local.guard.signature import SignatureFault, SignedRequest, parse_signature

SECRET = "not-the-one-of-yesterday"
URL = "http://127.0.0.1:4566/2015-03-31/functions?a=%2F%20b&a=1"
OBJECT = "http://127.0.0.1:4566/bucket/a%20b/c%252F?versionId=1"
BODY = b'{"FunctionName": "mine"}'


def as_sent(request: AWSRequest) -> tuple[RequestHead, str]:
    """The head and query string that the emulator sees of a request that botocore signed."""
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    headers = [("Host", parts.netloc), *((name, str(value)) for name, value in prepared.headers.items())]
    return RequestHead(prepared.method, parts.path, by_name(headers)), parts.query


def signed(secret: str = SECRET, key_id: str = "TALLY1", service: str = "lambda") -> SignedRequest:
    request = AWSRequest("POST", URL, data=BODY, headers={"Content-Type": "application/json"})
    SigV4Auth(Key(key_id, secret), service, "us-east-1").add_auth(request)
    found = parse_signature(*as_sent(request))
    assert isinstance(found, SignedRequest)
    return found


def presigned(method: str = "PUT", seconds: int = 900) -> SignedRequest:
    request = AWSRequest(method, OBJECT, headers={"If-None-Match": "*"} if method == "PUT" else {})
    S3SigV4QueryAuth(Key("TALLY1", SECRET), "s3", "us-east-1", expires=seconds).add_auth(request)
    found = parse_signature(*as_sent(request))
    assert isinstance(found, SignedRequest)
    return found


def now(**ahead: int) -> datetime:
    return datetime.now(UTC) + timedelta(**ahead)


def test_requests_signed_by_boto3_are_accepted() -> None:
    request = signed()

    assert request.needs_body
    assert request.fault(SECRET, BODY, now()) is None


def test_urls_presigned_by_boto3_are_accepted_for_any_body() -> None:
    assert not presigned().needs_body
    assert presigned().fault(SECRET, b"", now()) is None
    assert presigned("GET").fault(SECRET, b"", now()) is None


@pytest.mark.parametrize("secret", ["local", "", SECRET[:-1], None])
def test_another_secret_is_refused(secret: str | None) -> None:
    assert signed().fault(secret, BODY, now()) is not None
    assert presigned().fault(secret, b"", now()) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"path": "/2015-03-31/functions/mine/invocations"},
        {"headers": {**signed().head.headers, "host": ("evil.example:4566",)}},
    ],
)
def test_a_signature_is_valid_for_one_request_only(changed: dict[str, Any]) -> None:
    request = signed()

    other = replace(request, head=replace(request.head, **changed))

    assert other.fault(SECRET, BODY, now()) is not None


def test_another_body_or_query_is_refused() -> None:
    request = signed()

    assert request.fault(SECRET, BODY + b" ", now()) is not None
    assert replace(request, query={"a": ["2"]}).fault(SECRET, BODY, now()) is not None


@pytest.mark.parametrize(
    "changed", [{"method": "DELETE"}, {"path": "/bucket/another"}, {"path": "/other/a%20b/c%252F"}]
)
def test_a_presigned_url_is_valid_for_one_object_and_method_only(changed: dict[str, Any]) -> None:
    request = presigned()

    assert replace(request, head=replace(request.head, **changed)).fault(SECRET, b"", now()) is not None


def test_signatures_expire() -> None:
    assert signed().fault(SECRET, BODY, now(minutes=6)) is not None
    assert signed().fault(SECRET, BODY, now(minutes=-6)) is not None
    assert presigned(seconds=900).fault(SECRET, b"", now(minutes=16)) is not None


@pytest.mark.parametrize("lasts", ["", "-1", "1e9", "999999999", "٣", "0"])
def test_a_presigned_url_of_zero_or_excessive_duration_is_refused(lasts: str) -> None:
    request = presigned()

    assert replace(request, query={**request.query, "X-Amz-Expires": [lasts]}).fault(SECRET, b"", now()) is not None


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer token", "Basic YTpi", "AWS TALLY1:c2lnbmVk", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=TALLY1",
     "AWS4-ECDSA-P256-SHA256 Credential=TALLY1/20260101/s3/aws4_request, SignedHeaders=host, Signature=00",
     "AWS4-HMAC-SHA256 Credential=TALLY1/a/b, SignedHeaders=, Signature="],
)  # fmt: skip
def test_a_malformed_signature_is_refused(authorization: str) -> None:
    head = RequestHead("GET", "/", {"host": ("127.0.0.1:4566",), "authorization": (authorization,)})

    assert isinstance(parse_signature(head, ""), SignatureFault)


@pytest.mark.parametrize(
    "query",
    ["", "AWSAccessKeyId=TALLY1&Signature=c2ln&Expires=9999999999", "X-Amz-Signature=00",
     "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00", "X-Amz-Algorithm=none&X-Amz-Signature=00"],
)  # fmt: skip
def test_a_malformed_presigned_url_is_refused(query: str) -> None:
    assert isinstance(parse_signature(RequestHead("GET", "/", {"host": ("127.0.0.1:4566",)}), query), SignatureFault)
