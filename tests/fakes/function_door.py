"""A front door to the routes of one function, for clients that speak HTTP."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.events.api_gateway import context, rest_event

Handler = Callable[[Any, Any], Any]


class _Server(ThreadingHTTPServer):
    def __init__(self, handler: Handler) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.handler = handler


class _Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Hand a request to the function, and its response back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode() or None
        token = self.headers["Authorization"].removeprefix("Bearer ")
        event = rest_event(self.command, self.path, raw=body, token=token)
        answer = cast("_Server", self.server).handler(event, context())
        content = answer["body"].encode()
        self.send_response(answer["statusCode"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_GET  # noqa: N815 # the base class' names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class' name
        """Stay quiet."""


@contextmanager
def front_door(handler: Handler) -> Iterator[str]:
    """Serve the routes of a function; yield the URL below which they are."""
    with _Server(handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/v1"
        finally:
            server.shutdown()
            thread.join()
