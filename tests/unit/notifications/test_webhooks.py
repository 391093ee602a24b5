"""What a webhook receives, and which receivers get nothing or not for long."""

import json
import re
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from shared.notifications.addresses import AddressRefused, WebhookAddresses
from shared.notifications.webhooks import DeliveryFailed, Patience, WebhookGone, Webhooks
from tests.fakes.certificates import Authority
from tests.fakes.clock import Clock
from tests.fakes.records import NOW
from tests.fakes.webhook_receiver import Reply, misbehaving, receiving

SECRET = "a-secret-of-the-receiver"
BODY = b'{"id":"alert-1:fired"}'
SHORT = Patience(connect=1, read=0.2, total=0.4)


def webhooks(*authorities: str, patience: Patience = SHORT) -> Webhooks:
    """Webhooks that may reach these inner targets."""
    return Webhooks(addresses=WebhookAddresses(allowed=frozenset(authorities)), clock=Clock(), patience=patience)


def post(authority: str, path: str = "/hook?team=1", patience: Patience = SHORT) -> None:
    """Deliver to a receiver on this machine."""
    webhooks(authority, patience=patience).post(f"http://{authority}{path}", SECRET, "alert-1:fired", BODY)


def test_a_receiver_gets_the_body_and_who_sent_it_when() -> None:
    with receiving() as receiver:
        post(receiver.authority)

    (got,) = receiver.received
    assert (got.path, got.body) == ("/hook?team=1", BODY)
    assert got.headers["host"] == receiver.authority
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"] == "Tally-Notifications/1"
    assert got.headers["tally-notification-id"] == "alert-1:fired"
    assert int(got.headers["tally-timestamp"]) == int(NOW.timestamp())


def test_the_signature_is_what_openssl_computes_from_timestamp_and_body() -> None:
    with receiving() as receiver:
        post(receiver.authority)
    (got,) = receiver.received

    signed = got.headers["tally-timestamp"].encode() + b"." + got.body
    answer = subprocess.run(  # noqa: S603 # fixed arguments
        ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-hex"],  # noqa: S607 # wherever it is
        input=signed,
        capture_output=True,
        check=True,
    )

    assert got.headers["tally-signature"] == "v1=" + answer.stdout.split()[-1].decode()


def test_the_example_for_receivers_accepts_the_signature_and_refuses_changes(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    (example,) = re.findall(r"^    import hashlib\n.*?(?=^\S)", readme, re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    exec(compile(dedent(example), str(tmp_path / "example.py"), "exec"), names)  # noqa: S102 # the README's own example
    is_genuine = names["is_genuine"]
    assert callable(is_genuine)

    with receiving() as receiver:
        post(receiver.authority)
    (got,) = receiver.received
    seconds = NOW.timestamp()

    assert is_genuine(SECRET, got.headers, got.body, seconds)
    assert not is_genuine(SECRET, got.headers, got.body + b" ", seconds)
    assert not is_genuine(SECRET.upper(), got.headers, got.body, seconds)
    assert not is_genuine(SECRET, {**got.headers, "tally-timestamp": str(int(seconds) + 1)}, got.body, seconds)
    assert not is_genuine(SECRET, got.headers, got.body, seconds + 301)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_status_of_2xx_is_success(status: int) -> None:
    with receiving(Reply(status, body=b"")) as receiver:
        post(receiver.authority)

    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 503])
def test_other_statuses_are_failures_that_are_worth_another_attempt(status: int) -> None:
    with (
        receiving(Reply(status, body=b"no\x1b[2J way")) as receiver,
        pytest.raises(DeliveryFailed, match=rf"answered {status}: no \[2J way") as failed,
    ):
        post(receiver.authority)

    assert not isinstance(failed.value, WebhookGone)


def test_410_says_that_the_webhook_is_gone() -> None:
    with receiving(Reply(410)) as receiver, pytest.raises(WebhookGone):
        post(receiver.authority)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_failures_and_never_followed(status: int) -> None:
    with receiving() as inner, receiving(Reply(status, {"Location": f"http://{inner.authority}/"})) as receiver:
        both = webhooks(inner.authority, receiver.authority)
        with pytest.raises(DeliveryFailed, match="redirects are not followed"):
            both.post(f"http://{receiver.authority}/", SECRET, "alert-1:fired", BODY)

    assert (len(receiver.received), inner.received) == (1, [])


def test_nothing_is_sent_to_an_address_that_is_not_allowed() -> None:
    with receiving() as receiver:
        for url in (f"http://{receiver.authority}/", f"https://localhost:{receiver.server_port}/"):
            with pytest.raises(AddressRefused):
                webhooks().post(url, SECRET, "alert-1:fired", BODY)

    assert receiver.received == []


def test_a_name_that_changes_its_address_after_the_check_changes_nothing() -> None:
    """DNS rebinding: only the first answer of the resolver is used, and it is the one that was checked."""
    asked: list[str] = []

    with receiving() as receiver:

        def resolve(host: str, _: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.1"]

        authority = f"hooks.example.com:{receiver.server_port}"
        addresses = WebhookAddresses(allowed=frozenset({authority}), resolve=resolve)
        Webhooks(addresses=addresses, clock=Clock()).post(f"http://{authority}/", SECRET, "alert-1:fired", BODY)

    assert asked == ["hooks.example.com"]
    assert receiver.received[0].headers["host"] == authority


def test_unknown_hosts_and_closed_ports_are_failures() -> None:
    def resolve(host: str, _: int) -> Sequence[str]:
        raise OSError(host)

    with pytest.raises(DeliveryFailed, match="does not resolve"):
        Webhooks(addresses=WebhookAddresses(resolve=resolve), clock=Clock()).post(
            "https://hooks.example.com/", SECRET, "alert-1:fired", BODY
        )
    with receiving() as receiver:
        authority = receiver.authority
    with pytest.raises(DeliveryFailed, match="ConnectionRefusedError"):
        post(authority)


def test_the_next_address_is_tried_if_one_refuses_the_connection() -> None:
    with receiving() as receiver:
        authority = f"hooks.example.com:{receiver.server_port}"
        addresses = WebhookAddresses(allowed=frozenset({authority}), resolve=lambda _, __: ["127.0.0.2", "127.0.0.1"])
        Webhooks(addresses=addresses, clock=Clock()).post(f"http://{authority}/", SECRET, "alert-1:fired", BODY)

    assert len(receiver.received) == 1


def silent(_: socket.socket, over: threading.Event) -> None:
    over.wait()


def dripping_headers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.05):
        connection.sendall(b"x")


def dripping_continues(connection: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def dripping_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 4000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def dripping_handshake(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while not over.wait(0.05):
        connection.sendall(b"\x02")


def hanging_up(connection: socket.socket, _: threading.Event) -> None:
    connection.recv(10)


def babbling(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"220 mail.example.com ESMTP\r\n")


@pytest.mark.parametrize(
    "behave",
    [silent, dripping_headers, dripping_continues, dripping_body, hanging_up, babbling],
    ids=lambda it: it.__name__,
)
def test_slow_and_strange_receivers_fail_within_the_patience(behave: object) -> None:
    assert callable(behave)
    with misbehaving(behave) as authority, pytest.raises(DeliveryFailed):
        post(authority)


@pytest.mark.parametrize("behave", [silent, dripping_handshake], ids=lambda it: it.__name__)
def test_a_slow_handshake_fails_within_the_patience(behave: object) -> None:
    assert callable(behave)
    with misbehaving(behave) as authority, pytest.raises(DeliveryFailed):
        webhooks(authority).post(f"https://{authority}/", SECRET, "alert-1:fired", BODY)


def test_of_an_endless_response_only_the_beginning_is_read() -> None:
    sent: list[int] = []

    def flood(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            sent.append(connection.send(b"x" * 65_536))

    with misbehaving(flood) as authority:
        post(authority, patience=Patience())

    assert sum(sent) < 64 * 1024**2


@pytest.fixture(scope="module")
def authority_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that only these tests trust."""
    return Authority(tmp_path_factory.mktemp("certificates"))


def https(port: int, trusted: Authority) -> Webhooks:
    """Webhooks that find `hooks.example.com` on this machine."""
    allowed = frozenset({f"hooks.example.com:{port}"})
    addresses = WebhookAddresses(allowed=allowed, resolve=lambda _, __: ["127.0.0.1"])
    return Webhooks(addresses=addresses, clock=Clock(), tls=trusted.client())


def test_the_certificate_is_verified_for_the_name_at_the_checked_address(authority_of_tests: Authority) -> None:
    with receiving(tls=authority_of_tests.server("hooks.example.com")) as receiver:
        url = f"https://hooks.example.com:{receiver.server_port}/"
        https(receiver.server_port, authority_of_tests).post(url, SECRET, "alert-1:fired", BODY)

    assert json.loads(receiver.received[0].body) == {"id": "alert-1:fired"}


def test_a_certificate_of_another_name_is_refused(authority_of_tests: Authority) -> None:
    with receiving(tls=authority_of_tests.server("other.example.com")) as receiver:
        url = f"https://hooks.example.com:{receiver.server_port}/"
        with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):
            https(receiver.server_port, authority_of_tests).post(url, SECRET, "alert-1:fired", BODY)

    assert receiver.received == []


def test_a_certificate_of_an_unknown_authority_is_refused(authority_of_tests: Authority, tmp_path: Path) -> None:
    with receiving(tls=Authority(tmp_path).server("hooks.example.com")) as receiver:
        url = f"https://hooks.example.com:{receiver.server_port}/"
        with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):
            https(receiver.server_port, authority_of_tests).post(url, SECRET, "alert-1:fired", BODY)

    assert receiver.received == []
