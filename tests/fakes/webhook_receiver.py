"""A receiver of webhooks on this machine: it keeps what it gets and answers as a test wants."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(frozen=True)
class Received:
    """A request that a receiver got."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """A response of a receiver."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"


class Receiver(ThreadingHTTPServer):
    """Gives its replies in turn, and the last one again and again."""

    daemon_threads = True

    def __init__(self, replies: Sequence[Reply], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.received: list[Received] = []
        self.replies = replies
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    @property
    def ids(self) -> list[str]:
        """The ids of the notifications that it got, in order."""
        return [each.headers["tally-notification-id"] for each in self.received]

    def handle_error(self, *_: Any) -> None:
        """Stay quiet about clients that end a connection."""


class _Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Keep one request and answer it."""
        receiver = cast("Receiver", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.path, headers, body))
        reply = receiver.replies[min(len(receiver.received), len(receiver.replies)) - 1]
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class' name
        """Stay quiet."""


@contextmanager
def receiving(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Receive while the context lasts."""
    with Receiver(replies or [Reply()], tls) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()


@contextmanager
def misbehaving(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Let a function do with each connection what it wants until the context ends; yields host and port."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    behave(connection, over)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
