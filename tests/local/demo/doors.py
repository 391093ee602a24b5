"""The doors of a platform as the sender meets them."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import orjson

Answer = tuple[int, dict[str, Any] | bytes]
ACCEPTED: Answer = (201, {"success": True, "data": {"status": "accepted", "batch_id": "b-1"}})
STREAM = "tally-test-intake"


class Api(ThreadingHTTPServer):
    """A fake front door: keeps every batch and returns the configured response."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.batches: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.answer = ACCEPTED

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v1"


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        api = cast("Api", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        api.sizes.append(len(body))
        plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        api.batches.append(orjson.loads(plain) | {"path": self.path})
        status, answer = api.answer
        content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class' name)
        """Stay quiet."""


@contextmanager
def serving() -> Iterator[Api]:
    with Api() as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            api.shutdown()
            thread.join()


def events(count: int) -> list[dict[str, Any]]:
    return [
        {"event_id": f"E-{place}", "timestamp": "2026-11-01T10:00:00Z", "session_id": "S-1", "event_type": "page_view"}
        for place in range(count)
    ]
