"""Delivers a notification to a webhook: signed, over HTTPS, to an address that was checked.

The connection is made here rather than by a library, because it must go to the checked address while the certificate is
verified for the name, and because a watchdog must be able to end it at any moment, also during the TLS handshake.
"""

import hashlib
import hmac
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Timer
from typing import TYPE_CHECKING

from shared.notifications.urls import WebhookUrl, parse_url

if TYPE_CHECKING:
    from shared.notifications.addresses import WebhookAddresses
    from shared.runtime.models import Clock

USER_AGENT = "Tally-Notifications/1"

_MOST_READ = 4096
_MOST_SHOWN = 200
_MOST_ADDRESSES = 3
_SUCCESS, _REDIRECT, _GONE = range(200, 300), range(300, 400), 410


class DeliveryFailed(Exception):
    """A webhook did not accept a notification; a later attempt may succeed."""


class WebhookGone(DeliveryFailed):
    """A webhook answered that it does not exist any longer (410)."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """The longest waits, in seconds: for a connection, for the next bytes, and for everything after connecting."""

    connect: float = 5
    read: float = 5
    total: float = 10


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal; the timestamp is in Unix seconds."""
    return hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Delivers to webhooks.

    Attributes:
        addresses: the rules about where they may be.
        clock: the time that is signed.
        patience: the longest waits.
        tls: the trusted authorities, by default those of the system.
    """

    addresses: "WebhookAddresses"
    clock: "Clock"
    patience: Patience = Patience()
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, url: str, secret: str, notification_id: str, body: bytes) -> None:
        """Deliver a body; redirects are not followed.

        Raises:
            DeliveryFailed: the receiver did not answer with a status of 2xx in time.
            WebhookGone: it answered 410.
            AddressRefused: the webhook points to where it must not.
            HostUnknown: its host does not resolve.
        """
        parsed, timestamp = parse_url(url), int(self.clock().timestamp())
        headers = {
            "Host": _host_header(parsed),
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Tally-Notification-Id": notification_id,
            "Tally-Timestamp": str(timestamp),
            "Tally-Signature": f"v1={sign(secret, timestamp, body)}",
            "Connection": "close",
        }
        try:
            with self._connection(parsed, self.addresses.find(parsed)) as connection:
                connection.request("POST", parsed.target, body, headers)
                _require_success(connection.getresponse())
        except (OSError, HTTPException) as error:
            raise DeliveryFailed(f"{type(error).__name__}: {error}") from error

    @contextmanager
    def _connection(self, url: WebhookUrl, addresses: Sequence[str]) -> Iterator[HTTPConnection]:
        """Connect to one of the addresses, and close the connection at the latest when the patience ends."""
        connected = self._connect(url, addresses)
        connected.settimeout(self.patience.read)
        if url.scheme == "https":
            connected = self.tls.wrap_socket(connected, server_hostname=url.host, do_handshake_on_connect=False)
        over = Event()
        watchdog = Timer(self.patience.total, _end, [connected, over])
        watchdog.start()
        try:
            if isinstance(connected, ssl.SSLSocket):
                connected.do_handshake()
            connection = HTTPConnection(url.host, url.port)
            connection.sock = connected
            yield connection
            if over.is_set():  # to the parser, an ended connection may look like the end of the headers
                raise TimeoutError("the response was not complete in time")
        finally:
            watchdog.cancel()
            connected.close()

    def _connect(self, url: WebhookUrl, addresses: Sequence[str]) -> socket.socket:
        failures: list[OSError] = []
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return socket.create_connection((address, url.port), timeout=self.patience.connect)
            except OSError as failure:
                failures.append(failure)
        raise failures[-1]


def _host_header(url: WebhookUrl) -> str:
    default = {"https": 443, "http": 80}[url.scheme]
    return url.authority.removesuffix(f":{default}") if url.port == default else url.authority


def _end(connection: socket.socket, over: Event) -> None:
    """End a connection under the thread that waits for it; `SSLSocket.shutdown` would first forget the encryption."""
    over.set()
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _require_success(response: HTTPResponse) -> None:
    said = response.read(_MOST_READ)
    if response.status in _SUCCESS:
        return
    if response.status == _GONE:
        raise WebhookGone("the receiver answered 410: it does not exist any longer")
    if response.status in _REDIRECT:
        raise DeliveryFailed(f"the receiver answered {response.status}; redirects are not followed")
    text = "".join(each if each.isprintable() else " " for each in said[:_MOST_SHOWN].decode(errors="replace"))
    raise DeliveryFailed(f"the receiver answered {response.status}: {text}")
