"""The `@connections` API of a WebSocket API over HTTP: connections that are open, gone, hanging or refusing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import orjson

_LARGEST = 128 * 1024


@dataclass
class FakeGateway:
    """Has the messages that were posted to each open connection; ids that were never opened are gone."""

    url: str = ""
    messages: dict[str, list[bytes]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    hanging: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)

    def open(self, connection_id: str) -> None:
        """Open a connection, as after a handshake."""
        self.messages[connection_id] = []

    def vanish(self, connection_id: str) -> None:
        """Let a client go without a word."""
        del self.messages[connection_id]

    def read(self, connection_id: str) -> list[Any]:
        """Return what was posted to a connection since it was last read."""
        found, self.messages[connection_id] = self.messages[connection_id], []
        return [orjson.loads(each) for each in found]

    def post(self, connection_id: str, data: bytes) -> tuple[HTTPStatus, str]:
        """Take a message; return the status, and the name of the error."""
        if connection_id in self.hanging:
            self.released.wait()
        if connection_id not in self.messages:
            return HTTPStatus.GONE, "GoneException"
        if connection_id in self.refusing:
            return HTTPStatus.TOO_MANY_REQUESTS, "LimitExceededException"
        if len(data) > _LARGEST:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "PayloadTooLargeException"
        self.messages[connection_id].append(data)
        return HTTPStatus.OK, ""

    def delete(self, connection_id: str) -> tuple[HTTPStatus, str]:
        """Close a connection."""
        if connection_id not in self.messages:
            return HTTPStatus.GONE, "GoneException"
        self.closed.append(connection_id)
        return HTTPStatus.NO_CONTENT, ""


@contextmanager
def running_gateway() -> Iterator[FakeGateway]:
    """Serve the API on a free port."""
    gateway = FakeGateway()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the name that the base class calls
            data = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(*gateway.post(self._connection(), data))

        def do_DELETE(self) -> None:  # as above
            self._answer(*gateway.delete(self._connection()))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _connection(self) -> str:
            return unquote(self.path.rpartition("/")[2])

        def _answer(self, status: HTTPStatus, error: str) -> None:
            self.send_response(status)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
