"""Where a token is found in a request and in a handshake, and where none is taken."""

import base64
from typing import Any

import pytest

from shared.auth.credentials import credentials_of, token_of_handshake, token_of_request
from shared.auth.models import Credentials

HEADERS = [
    ({"Authorization": ["Bearer abc"]}, "abc"),
    ({"authorization": ["bearer abc"]}, "abc"),
    ({"AUTHORIZATION": ["BEARER   abc "]}, "abc"),
    ({}, None),
    ({"Authorization": [""]}, None),
    ({"Authorization": ["Bearer"]}, None),
    ({"Authorization": ["Bearer "]}, None),
    ({"Authorization": ["abc"]}, None),
    ({"Authorization": ["Basic abc"]}, None),
    ({"Authorization": ["Bearer abc def"]}, None),
    ({"Authorization": ["Bearer abc, Bearer def"]}, None),
    ({"Authorization": ["Bearer abc", "Bearer abc"]}, None),
    ({"Authorization": ["Bearer abc", "Basic def"]}, None),
    ({"Authorization": ["Bearer abc"], "authorization": ["Bearer def"]}, None),
]


@pytest.mark.parametrize(("headers", "token"), HEADERS)
def test_the_token_is_read_from_one_authorization_header(headers: dict[str, list[str]], token: str | None) -> None:
    assert token_of_request({"multiValueHeaders": headers}) == token


def test_the_token_is_read_from_single_value_headers_too() -> None:
    assert token_of_request({"headers": {"authorization": "Bearer abc"}, "multiValueHeaders": None}) == "abc"


def test_the_query_string_never_authenticates() -> None:
    """It would appear in logs and browser histories."""
    assert token_of_request({"queryStringParameters": {"token": "abc"}, "headers": {}}) is None


HANDSHAKES: list[tuple[dict[str, Any], str | None]] = [
    ({"headers": {"Authorization": "Bearer abc"}}, "abc"),
    ({"queryStringParameters": {"token": "abc", "channel": "/ws/analytics"}}, "abc"),
    ({"multiValueQueryStringParameters": {"token": ["abc"]}, "queryStringParameters": {"token": "abc"}}, "abc"),
    ({"multiValueQueryStringParameters": {"token": ["abc", "def"]}, "queryStringParameters": {"token": "def"}}, None),
    ({"headers": {"Sec-WebSocket-Protocol": "bearer, abc"}}, "abc"),
    ({"headers": {"sec-websocket-protocol": "Bearer,abc"}}, "abc"),
    ({"headers": {"Sec-WebSocket-Protocol": "graphql-ws, abc"}}, None),
    ({"headers": {"Sec-WebSocket-Protocol": "bearer"}}, None),
    ({"headers": {"Authorization": "Bearer abc"}, "queryStringParameters": {"token": "abc"}}, None),
    ({}, None),
]


@pytest.mark.parametrize(("event", "token"), HANDSHAKES)
def test_a_handshake_token_is_read_from_one_of_three_places(event: dict[str, Any], token: str | None) -> None:
    assert token_of_handshake(event) == token


def _basic(text: bytes) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Basic {base64.b64encode(text).decode()}"}}


def test_an_http_basic_api_key_is_percent_decoded() -> None:
    assert credentials_of(_basic(b"key-1:a%3Ab+c")) == Credentials(client_id="key-1", client_secret="a:b c")


@pytest.mark.parametrize("text", [b"", b"no colon", b"\xff:\xff"])
def test_malformed_http_basic_is_no_api_key(text: bytes) -> None:
    assert credentials_of(_basic(text)) is None


def test_invalid_base64_is_no_api_key() -> None:
    assert credentials_of({"headers": {"Authorization": "Basic a:b"}}) is None
