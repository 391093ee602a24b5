"""Where CloudFormation waits for the response of a custom resource: a presigned address of S3."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import orjson


class ResponseDoor(ThreadingHTTPServer):
    """Keeps the responses that are put, and answers with the given statuses first; as S3, it refuses a content type."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.responses: list[Any] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        """URL of the response."""
        return f"http://127.0.0.1:{self.server_port}/response?X-Amz-Signature=abc"


class _Door(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        """Take one response."""
        door = cast("ResponseDoor", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = door.statuses.pop(0) if door.statuses else 403 if self.headers.get("Content-Type") else 200
        if status == 200:
            door.responses.append(orjson.loads(body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class' name
        """Stay quiet."""


@contextmanager
def response_door() -> Iterator[ResponseDoor]:
    """Serve while the context lasts."""
    with ResponseDoor() as door:
        thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield door
        finally:
            door.shutdown()
            thread.join()
