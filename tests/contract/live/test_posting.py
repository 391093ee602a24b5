"""Messages to open connections, over HTTP as API Gateway takes them."""

import pytest

from shared.app.wiring import Wiring
from shared.live.posting import LARGEST_MESSAGE, Letter, Posted, Poster, endpoint_of
from shared.runtime.deadline import Timeout
from tests.contract.live.connections import connection
from tests.events.websocket import connect_event
from tests.fakes.websocket_gateway import FakeGateway


@pytest.fixture
def poster(wired: Wiring) -> Poster:
    """What posts."""
    return wired.poster


def letter(gateway: FakeGateway, name: str, *messages: bytes) -> Letter:
    """Messages to a connection at the gateway."""
    return Letter(connection(name, endpoint=f"{gateway.url}/_aws/execute-api/abc/live"), messages)


def test_messages_arrive_in_order(poster: Poster, gateway: FakeGateway) -> None:
    gateway.open("a=")

    assert poster.post([letter(gateway, "a=", b"1", b"2", b"3")]) == {"a=": Posted.SENT}
    assert gateway.messages["a="] == [b"1", b"2", b"3"]


def test_each_connection_has_its_own_outcome(poster: Poster, gateway: FakeGateway) -> None:
    for name in ("a=", "full=", "large="):
        gateway.open(name)
    gateway.refusing.add("full=")

    posted = poster.post(
        [
            letter(gateway, "a=", b"1"),
            letter(gateway, "gone=", b"1"),
            letter(gateway, "full=", b"1"),
            letter(gateway, "large=", b"x" * (LARGEST_MESSAGE + 1)),
        ]
    )

    assert posted == {"a=": Posted.SENT, "gone=": Posted.GONE, "full=": Posted.FAILED, "large=": Posted.FAILED}


def test_nothing_follows_a_message_that_failed(poster: Poster, gateway: FakeGateway) -> None:
    gateway.open("a=")

    posted = poster.post([letter(gateway, "a=", b"1", b"x" * (LARGEST_MESSAGE + 1), b"3")])

    assert posted == {"a=": Posted.FAILED}
    assert gateway.messages["a="] == [b"1"]


def test_a_client_that_stopped_reading_holds_up_no_other(poster: Poster, gateway: FakeGateway) -> None:
    names = [f"{number}=" for number in range(50)]
    for name in names:
        gateway.open(name)
    gateway.hanging |= {"0=", "1="}

    posted = poster.post(letter(gateway, name, b"1") for name in names)

    assert {name for name, outcome in posted.items() if outcome is Posted.FAILED} == {"0=", "1="}
    assert all(gateway.messages[name] == [b"1"] for name in names[2:])


def test_messages_that_are_late_because_of_others_have_failed(wired: Wiring, gateway: FakeGateway) -> None:
    for name in ("a=", "b="):
        gateway.open(name)

    posted = Poster(wired.clients.connections_at, Timeout(seconds=0)).post(
        letter(gateway, name, b"1") for name in ("a=", "b=")
    )

    assert posted == {"a=": Posted.FAILED, "b=": Posted.FAILED}
    assert gateway.messages == {"a=": [], "b=": []}


def test_closing_a_connection_may_be_repeated(poster: Poster, gateway: FakeGateway) -> None:
    gateway.open("a=")
    one, gone = (connection(name, endpoint=gateway.url) for name in ("a=", "gone="))

    poster.close(one)
    poster.close(gone)

    assert gateway.closed == ["a="]


def test_connections_are_reached_at_the_domain_of_their_api_or_at_the_emulator() -> None:
    context = connect_event("a=")["requestContext"]

    assert endpoint_of(context, "") == "https://live.example/local"
    assert endpoint_of(context, "http://127.0.0.1:4566") == "http://127.0.0.1:4566/_aws/execute-api/abcdef1234/local"
