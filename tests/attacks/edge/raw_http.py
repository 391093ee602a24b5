"""Raw bytes sent to a front door, and parsed responses."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3}) ")


class Answer(NamedTuple):
    """An answer on a connection; its headers by their names in lower case, in the order in which they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


class Wire:
    """A connection to the front door that sends whatever it is given."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received: IO[bytes] = connection.makefile("rb")

    def send(self, raw: bytes) -> None:
        """Send these bytes."""
        self._connection.sendall(raw)

    def answer(self) -> Answer | None:
        """The next answer; None once the front door has closed the connection."""
        line = self._first_line()
        if not line:
            return None
        status = _STATUS.match(line)
        assert status is not None, line
        headers = tuple(self._headers())
        length = next((int(value) for name, value in headers if name == "content-length"), 0)
        return Answer(int(status[1]), headers, self._received.read(length))

    def read(self, length: int) -> bytes:
        """So many bytes, or those that came before the connection was closed."""
        return self._received.read(length)

    def answers(self) -> list[Answer]:
        """All answers until the front door closes the connection."""
        return list(iter(self.answer, None))

    def _first_line(self) -> bytes:
        try:
            return self._received.readline()
        except ConnectionResetError:  # closed, with bytes of ours unread
            return b""

    def _headers(self) -> Iterator[tuple[str, str]]:
        while (line := self._received.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            yield name.lower(), value.strip()


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    """A connection that fails a test, rather than hang it, when it hears nothing for long."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield Wire(connection)


def ask(port: int, raw: bytes) -> Answer:
    """The first answer to these bytes."""
    with wire(port) as connection:
        connection.send(raw)
        answer = connection.answer()
    assert answer is not None, raw
    return answer
