"""Hostile requests through the front door: each is refused in its dialect, and none does harm."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence

import httpx
import pytest

from infra.local.keys import identity_of
from shared.runtime.models import now
from tests.fakes.bad_tokens import BAD_TOKENS
from tests.fakes.clock import Clock
from tests.fakes.token_forger import TokenForger
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, sale
from tests.local.end_to_end.refusals import error_of, fraud_error_of

HUGE = 100_000
JSON = ("Content-Type", "application/json")
GZIP = ("Content-Encoding", "gzip")
BATCH = {"source_id": "hostile", "data_type": "transactions", "format": "json", "data": [sale("h-1", "2018-02-01")]}
BODY = json.dumps(BATCH).encode()
AUDIT_LOGS = "/analytics/audit/logs"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
Headers = Sequence[tuple[str, str]]


@pytest.fixture(scope="module")
def bad_tokens(platform: RunningPlatform) -> Mapping[str, str]:
    """Tokens that forgers, thieves and yesterday's callers bring to this very platform."""
    identity = identity_of(platform.credentials.session(), platform.emulator_url, platform.outputs.every, "local")
    forger = TokenForger(identity, Clock(now()))
    return {name: make(forger) for name, make in BAD_TOKENS.items()}


@pytest.fixture
def stranger(platform: RunningPlatform) -> Iterator[httpx.Client]:
    """A connection without a token."""
    with httpx.Client(base_url=platform.api_url, timeout=60) as client:
        yield client


def shown(
    client: httpx.Client, *values: bytes, name: str = "Authorization", path: str = "/ingest/sources"
) -> httpx.Response:
    """Ask for something with these values of a header, each in a line of its own."""
    return client.get(path, headers=[(name.encode(), value) for value in values])


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_bad_token_is_refused_without_details(
    bad_tokens: Mapping[str, str], stranger: httpx.Client, name: str
) -> None:
    answer = shown(stranger, f"Bearer {bad_tokens[name]}".strip().encode())

    assert error_of(answer, 401, "UNAUTHORIZED")["message"] == "Invalid or expired token"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("value", [b"", b"Bearer", b"Basic YTpi", b"Token x", b"Bearer a b"])
def test_a_header_without_a_token_equals_no_header(stranger: httpx.Client, value: bytes) -> None:
    error_of(shown(stranger, value), 401, "UNAUTHORIZED")
    fraud_error_of(shown(stranger, value, path=AUDIT_LOGS), 401, "unauthorized")


@pytest.mark.parametrize("path", ["/ingest/sources", AUDIT_LOGS])
def test_an_oversized_token_is_invalid_on_every_route(stranger: httpx.Client, path: str) -> None:
    answer = shown(stranger, b"Bearer " + b"A" * HUGE, path=path)

    assert error_of(answer, 401, "UNAUTHORIZED")["message"] == "Invalid or expired token"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("place", ["header", "query", "subprotocol"])
def test_an_oversized_token_opens_no_websocket(stranger: httpx.Client, place: str) -> None:
    token, address = "A" * HUGE, str(stranger.base_url).replace("/api/v1/", "/ws/analytics")
    places = {
        "header": (address, {"Authorization": f"Bearer {token}"}),
        "query": (f"{address}?token={token[:60_000]}", {}),  # httpx takes no longer address
        "subprotocol": (address, {"Sec-WebSocket-Protocol": f"bearer, {token}"}),
    }
    url, headers = places[place]

    answer = stranger.get(url, headers=HANDSHAKE | headers)

    assert (answer.status_code, answer.json()["error"]["code"]) in {(401, "UNAUTHORIZED"), (403, "FORBIDDEN")}
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
def test_the_authorization_header_name_is_case_insensitive(
    platform: RunningPlatform, stranger: httpx.Client, name: str, scheme: str
) -> None:
    assert shown(stranger, f"{scheme} {platform.token}".encode(), name=name).status_code == 200


@pytest.mark.parametrize("other", ["", "token", "itself"])
@pytest.mark.parametrize("first", [True, False])
def test_two_authorization_headers_are_refused(
    platform: RunningPlatform, stranger: httpx.Client, other: str, first: bool
) -> None:
    good = f"Bearer {platform.token}".encode()
    bad = good if other == "itself" else f"Bearer {other}".strip().encode()

    answer = shown(stranger, *((good, bad) if first else (bad, good)))

    error_of(answer, 401, "UNAUTHORIZED")


def posted(client: Client, body: bytes, *headers: tuple[str, str]) -> httpx.Response:
    """Send a batch with these headers, which may be repeated."""
    return client.http.post("/ingest/batch", content=body, headers=[*client.http.headers.multi_items(), *headers])


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ([JSON, JSON], 400, "VALIDATION_ERROR"),
        ([JSON, ("content-type", "text/csv")], 400, "VALIDATION_ERROR"),
        ([JSON, GZIP, GZIP], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ([JSON, GZIP, ("CONTENT-ENCODING", "identity")], 415, "UNSUPPORTED_MEDIA_TYPE"),
        ([JSON, ("Idempotency-Key", "a"), ("Idempotency-Key", "b")], 400, "VALIDATION_ERROR"),
        ([JSON, ("Idempotency-Key", "a"), ("idempotency-key", "a")], 400, "VALIDATION_ERROR"),
    ],
)
def test_duplicate_content_headers_are_refused(client: Client, headers: Headers, status: int, code: str) -> None:
    answer = posted(client, gzip.compress(BODY) if GZIP in headers else BODY, *headers)

    error_of(answer, status, code)


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_a_content_type_is_case_insensitive(client: Client, name: str) -> None:
    assert posted(client, BODY, (name, "Application/JSON; charset=UTF-8")).status_code == 201


def test_a_body_without_a_content_type_is_read_as_json(client: Client) -> None:
    assert posted(client, BODY).status_code == 201


@pytest.mark.parametrize("name", ["content-encoding", "CONTENT-ENCODING"])
def test_a_content_encoding_is_case_insensitive(client: Client, name: str) -> None:
    assert posted(client, gzip.compress(BODY), JSON, (name, "GZIP")).status_code == 201


DEEP = 100_000
NO_JSON = {
    "lists in lists": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "objects that never end": b'{"a":' * DEEP,
    "a record of lists": BODY.replace(b'"1.00"', b"[" * DEEP + b"]" * DEEP),
    "no UTF-8": BODY.replace(b"hostile", b"h\xff\xfestile"),
    "half a surrogate in UTF-8": BODY.replace(b"hostile", b"h\xed\xa0\x80stile"),
    "half a surrogate, escaped": BODY.replace(b"hostile", b"h\\ud800stile"),
    "a key twice": BODY.replace(b'"format"', b'"format": "csv", "format"'),
    "a key twice, once escaped": BODY.replace(b'"format"', b'"\\u0066ormat": "csv", "format"'),
    "a key twice in a record": BODY.replace(b'"quantity"', b'"quantity": 2, "quantity"'),
    "a number without end": BODY.replace(b'"1.00"', b"1" * HUGE),
}


@pytest.mark.parametrize("name", NO_JSON)
@pytest.mark.parametrize("compressed", [False, True])
def test_a_body_that_is_not_strict_json_is_refused(client: Client, name: str, compressed: bool) -> None:
    answer = (
        posted(client, gzip.compress(NO_JSON[name]), JSON, GZIP) if compressed else posted(client, NO_JSON[name], JSON)
    )

    error_of(answer, 400, "VALIDATION_ERROR")


def test_the_fraud_dialect_has_its_own_errors(client: Client) -> None:
    wrong = client.http.get(AUDIT_LOGS, params={"limit": "many", "offset": "-1"})

    error = fraud_error_of(wrong, 400, "validation_error")
    fraud_error_of(client.http.delete(AUDIT_LOGS), 405, "method_not_allowed")
    assert {each["field"] for each in error["details"]["fields"]} == {"limit", "offset"}


def test_afterwards_the_platform_still_answers(client: Client) -> None:
    assert client.http.get("/health").json()["data"]["status"] == "ok"
