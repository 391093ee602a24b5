"""An `Idempotency-Key` belongs to one user and route: it neither reveals nor suppresses requests of others."""

import gzip
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest

from functions.declaration import Route
from functions.openapi import document
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.idempotency.claim import HEADER
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor, credentials, make_key
from tests.fakes.records import sale
from tests.fakes.state_dump import keys
from tests.functions.every_route import ask

BATCHES = Route("/api/v1/ingest/batch", "POST")
STREAM = Route("/api/v1/ingest/stream", "POST")
REPLAYED = "idempotency-replayed"
BATCH = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": [sale(1)]}
RECORD = {"source_id": "web-shop", "data_type": "transactions", "timestamp": "2025-03-01T12:00:00Z", "data": sale(1)}


@dataclass
class Sender:
    """A client that sends batches under an `Idempotency-Key`, with its own token."""

    token: str

    def send(self, key: str, body: Any = BATCH, route: Route = BATCHES, **parts: Any) -> Answer:
        headers = {"idempotency-key": key} | parts.pop("headers", {})
        return Answer.of(ask(route, token=self.token, headers=headers, **(parts or {"body": body})))


@pytest.fixture
def sender(everywhere: Wiring) -> Sender:
    return _sender(everywhere, owner="ann")


def _sender(wired: Wiring, *scopes: Scope, owner: str) -> Sender:
    key = make_key(wired.identity, *scopes, owner=owner)
    return Sender(wired.identity.grants.to_key(credentials(key)).access_token)


def _batches(wired: Wiring) -> int:
    return len(keys(wired.settings, "landing/"))


@pytest.mark.parametrize("owner", ["bob", "Ann", "ann ann", "\uff41nn", "a\u0301nn", "ann#k-1"])
def test_idempotency_keys_of_two_users_are_independent(everywhere: Wiring, sender: Sender, owner: str) -> None:
    first = sender.send("k-1")

    other = _sender(everywhere, owner=owner).send("k-1")

    assert (other.status, REPLAYED in other.headers) == (201, False)
    assert other.data["batch_id"] != first.data["batch_id"]
    assert _batches(everywhere) == 2


def test_two_api_keys_of_one_user_share_their_idempotency_keys(everywhere: Wiring, sender: Sender) -> None:
    first, again = sender.send("k-1"), _sender(everywhere, owner="ann").send("k-1")

    assert again.data == first.data
    assert _batches(everywhere) == 1


def test_an_api_key_without_the_scope_gets_no_stored_response(everywhere: Wiring, sender: Sender) -> None:
    sender.send("k-1")

    answer = _sender(everywhere, Scope.INGEST_READ, owner="ann").send("k-1")

    assert answer.status == 403


def test_a_revoked_api_key_gets_no_stored_response(everywhere: Wiring, clock: Clock) -> None:
    visitor = Visitor(everywhere.identity, Scope.INGEST_WRITE)
    assert Sender(visitor.token).send("k-1").status == 201

    everywhere.identity.keys.revoke(visitor.key.id)
    clock.pass_by(timedelta(seconds=31))

    assert Sender(visitor.token).send("k-1").status == 401


def test_the_same_key_on_another_route_is_another_request(sender: Sender) -> None:
    sender.send("k-1")

    answer = sender.send("k-1", RECORD, STREAM)

    assert (answer.status, REPLAYED in answer.headers) == (202, False)


def test_the_same_body_in_another_spelling_or_encoding_is_the_same_request(everywhere: Wiring, sender: Sender) -> None:
    written = orjson.dumps(dict(reversed(BATCH.items())), option=orjson.OPT_INDENT_2)
    first = sender.send("k-1")

    spelled = sender.send("k-1", raw=written)
    zipped = sender.send("k-1", raw=gzip.compress(written), headers={"content-encoding": "gzip"})

    assert first.data == spelled.data == zipped.data
    assert _batches(everywhere) == 1


@pytest.mark.parametrize(
    "change", [{"data": []}, {"source_id": "web-shop2"}, {"x": 1}, {"data": [sale(1), sale(2)]}, {"data": [sale(2)]}]
)
def test_another_body_is_refused_without_the_first_response(
    everywhere: Wiring, sender: Sender, change: dict[str, Any]
) -> None:
    sender.send("k-1")

    answer = sender.send("k-1", BATCH | change)

    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert _batches(everywhere) == 1


@pytest.mark.parametrize("twin", ["K-1", "k-1.", "k_1", "k-01", "'k-1'", "k-1%00", "../k-1", '{"key":"k-1"}'])
def test_a_key_that_differs_in_one_character_is_another_key(everywhere: Wiring, sender: Sender, twin: str) -> None:
    sender.send("k-1")

    answer = sender.send(twin)

    assert (answer.status, REPLAYED in answer.headers) == (201, False)
    assert _batches(everywhere) == 2


@pytest.mark.parametrize(
    "key",
    [
        *("", " ", "k 1", " k-1", "k-1 ", "k-1\n", "k-1\r\nx: y", "k\t1", "k-1\0", "\x7f", "\x1b[0m"),
        *("\uff4b-1", "k\u20101", "k-1\u200b", "\ufeffk-1", "\u202ek-1", "k\u0301-1", "\U0001f511", "\ud800"),
        *("k" * 256, "k" * 100_000),
    ],
    ids=ascii,
)
def test_a_key_with_invalid_or_too_many_characters_is_refused(everywhere: Wiring, sender: Sender, key: str) -> None:
    answer = sender.send(key)

    assert (answer.status, {name.lower() for name in answer.fields}) == (400, {HEADER.lower()})
    assert _batches(everywhere) == 0


def test_the_longest_key_is_accepted(sender: Sender) -> None:
    first, again = sender.send("k" * 255), sender.send("k" * 255)

    assert again.data == first.data


def test_two_keys_in_one_request_are_refused(everywhere: Wiring, sender: Sender) -> None:
    answer = sender.send("k-1", headers={"Idempotency-Key": "k-2"}, body=BATCH)

    assert answer.status == 400
    assert _batches(everywhere) == 0


def test_no_route_with_idempotency_keys_reads_its_query() -> None:
    """A claim covers method, path and body: what stood in a query would be left out of it."""
    for path, item in document()["paths"].items():
        for operation in item.values():
            places = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", ())}
            assert HEADER not in places or "query" not in places.values(), path
