"""The part of CloudFormation that the commands use: outputs of stacks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs
from xml.sax.saxutils import escape


class Stacks(ThreadingHTTPServer):
    """Answers `DescribeStacks` for the stacks it was given, by name, with their outputs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.outputs: dict[str, dict[str, str]] = {}

    @property
    def url(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self.server_port}"

    def describe(self, name: str) -> tuple[int, str]:
        """The answer about one stack: a status and a document."""
        if name not in self.outputs:
            return 400, _REFUSED.format(name=escape(name))
        members = "".join(_OUTPUT.format(key=key, value=value) for key, value in self.outputs[name].items())
        return 200, _TOLD.format(name=escape(name), outputs=members)


_OUTPUT = "<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
_TOLD = (
    "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>{name}</StackName>"
    "<CreationTime>2026-11-22T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>"
    "<Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
)
_REFUSED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>"
    "<Message>Stack with id {name} does not exist</Message></Error></ErrorResponse>"
)


class _Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer one call."""
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, text = cast("Stacks", self.server).describe(asked["StackName"][0])
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class' name
        """Stay quiet."""


@contextmanager
def serving_stacks() -> Iterator[Stacks]:
    """Serve while the context lasts."""
    with Stacks() as stacks:
        thread = threading.Thread(target=stacks.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stacks
        finally:
            stacks.shutdown()
            thread.join()
