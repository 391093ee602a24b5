"""A request that creates, sent again under its `Idempotency-Key`, is answered again and has one effect."""

from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from functions.declaration import Route
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.idempotency.store import IDEMPOTENCY_TABLE
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor
from tests.fakes.records import sale
from tests.fakes.state_dump import keys
from tests.functions.every_route import ask

BATCHES = Route("/api/v1/ingest/batch", "POST")


@dataclass
class Client:
    """A client that sends batches, each under an idempotency key."""

    wired: Wiring
    visitor: Visitor

    def send(self, key: str | None, *rows: Any) -> Answer:
        """Submit a batch."""
        batch = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows}
        headers = {} if key is None else {"idempotency-key": key}
        return Answer.of(ask(BATCHES, body=batch, token=self.visitor.token, headers=headers))

    def batches(self) -> int:
        """The number of batches received."""
        return len(keys(self.wired.settings, "landing/"))


@pytest.fixture
def client(everywhere: Wiring) -> Client:
    return Client(everywhere, Visitor(everywhere.identity))


def test_a_batch_repeated_with_its_key_returns_the_first_response(client: Client) -> None:
    first, again = client.send("k-1", sale(1)), client.send("k-1", sale(1))

    assert (first.status, again.status) == (201, 201)
    assert first.data == again.data
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert client.batches() == 1


def test_a_replayed_response_has_the_id_of_the_current_request(client: Client) -> None:
    first, again = client.send("k-1", sale(1)), client.send("k-1", sale(1))

    assert [answer.body["request_id"] for answer in (first, again)] == [
        answer.headers["x-request-id"] for answer in (first, again)
    ]
    assert first.body["request_id"] != again.body["request_id"]


def test_another_body_with_the_same_key_is_a_conflict(client: Client) -> None:
    client.send("k-1", sale(1))

    answer = client.send("k-1", sale(2))

    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert client.batches() == 1


def test_without_a_key_each_request_is_a_batch(client: Client) -> None:
    first, again = client.send(None, sale(1)), client.send(None, sale(1))

    assert first.data["batch_id"] != again.data["batch_id"]
    assert client.batches() == 2


def test_keys_of_two_callers_are_separate(client: Client) -> None:
    other = Client(client.wired, Visitor(client.wired.identity))

    client.send("k-1", sale(1))
    answer = other.send("k-1", sale(2))

    assert answer.status == 201
    assert client.batches() == 2


def test_a_refused_batch_may_be_corrected_and_sent_with_the_same_key(client: Client) -> None:
    refused = client.send("k-1")

    mended = client.send("k-1", sale(1))

    assert (refused.status, mended.status) == (400, 201)


@pytest.mark.parametrize("key", ["", "two words", "x" * 256])
def test_an_invalid_key_is_refused_by_name(client: Client, key: str) -> None:
    answer = client.send(key, sale(1))

    assert (answer.status, set(answer.fields)) == (400, {"Idempotency-Key"})
    assert client.batches() == 0


def test_a_secret_is_neither_stored_nor_shown_again(everywhere: Wiring) -> None:
    administrator = Visitor(everywhere.identity, Scope.ADMIN)
    parts: dict[str, Any] = {"body": {"name": "shop", "scopes": ["admin"]}, "headers": {"idempotency-key": "k-1"}}

    made = [
        Answer.of(ask(Route("/api/v1/auth/keys", "POST"), token=administrator.token, **parts)).data for _ in range(2)
    ]

    table = everywhere.settings.name_of(IDEMPOTENCY_TABLE)
    assert made[0]["client_secret"] != made[1]["client_secret"]
    assert boto3.client("dynamodb").scan(TableName=table)["Items"] == []
