"""Frames that no client sends by accident: the connection is closed with the right code, and others go on."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.attacks.edge.conftest import WatchedDoor
from tests.attacks.edge.raw_http import Wire, wire
from tests.attacks.edge.test_websocket_handshakes import UPGRADE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FINAL, COMPRESSED = 0x80, 0x40
LIMIT = 128 * 1024
MASK = b"\x00\x00\x00\x00"
HOSTILE_EXTENSIONS = [
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=8; client_max_window_bits=99",
    "permessage-deflate; server_max_window_bits=" + "9" * 5000,
    "permessage-deflate; " + "; ".join(["server_no_context_takeover"] * 100),
    ", ".join(["permessage-deflate"] * 500),
    "x-webkit-deflate-frame, permessage-bzip2, ;=,",
]


def frame(first: int, payload: bytes = b"", *, says: int | None = None) -> bytes:
    """A masked frame, which may say that it has another length than it has."""
    length = len(payload) if says is None else says
    if length < 126:
        head = struct.pack("!BB", first, 0x80 | length)
    elif length < 2**16:
        head = struct.pack("!BBH", first, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, length)
    return head + MASK + payload


def received(connection: Wire) -> tuple[int, bytes]:
    """The opcode and the payload of the next frame; of a connection that was just cut, the opcode of a close."""
    head = connection.read(2)
    if len(head) < 2:
        return CLOSE, b""
    length = head[1] & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", connection.read(2))
    elif length == 127:
        (length,) = struct.unpack("!Q", connection.read(8))
    return head[0] & 0x0F, connection.read(length)


@contextmanager
def joined(watched: WatchedDoor, **headers: str) -> Iterator[Wire]:
    """A connection whose other end repeats what it hears."""
    given = UPGRADE | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in given.items()]
    with wire(watched.port) as connection:
        connection.send("\r\n".join(["GET /ws/analytics HTTP/1.1", *lines, "", ""]).encode())
        answer = connection.answer()
        assert answer is not None
        assert (answer.status, answer.values("sec-websocket-extensions")) == (101, [])
        assert received(connection)[0] == TEXT  # the other end's greeting
        yield connection


def repeats(connection: Wire, text: bytes = b"hello") -> bool:
    """Whether the connection still carries messages."""
    connection.send(frame(FINAL | TEXT, text))
    return received(connection) == (TEXT, text)


REFUSED = {
    "a message over the limit": (frame(FINAL | TEXT, b"x" * (LIMIT + 1)), 1009),
    "a frame that says it is endless": (frame(FINAL | BINARY, b"x", says=2**62), 1009),
    "a message over the limit in fragments": (
        frame(TEXT, b"x" * LIMIT) + frame(CONTINUATION, b"x") + frame(FINAL | CONTINUATION, b"x"),
        1009,
    ),
    "a bomb that was not agreed on": (frame(FINAL | COMPRESSED | TEXT, zlib.compress(b"x" * 10**6)[2:-4]), 1002),
    "a reserved bit": (frame(FINAL | 0x20 | TEXT, b"x"), 1002),
    "a reserved opcode": (frame(FINAL | 0x3, b"x"), 1002),
    "a large control frame": (frame(FINAL | PING, b"x" * 126), 1002),
    "a control frame in fragments": (frame(PING, b"x"), 1002),
    "a continuation of nothing": (frame(FINAL | CONTINUATION, b"x"), 1002),
    "a message within a message": (frame(TEXT, b"x") + frame(FINAL | TEXT, b"x"), 1002),
    "text that is not UTF-8": (frame(FINAL | TEXT, b"\xff\xfe"), 1007),
    "a surrogate in UTF-8": (frame(FINAL | TEXT, b"\xed\xa0\x80"), 1007),
    "a close code that is none": (frame(FINAL | CLOSE, struct.pack("!H", 1)), 1002),
    "half a close code": (frame(FINAL | CLOSE, b"\x03"), 1002),
    "a reason that is not UTF-8": (frame(FINAL | CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_frame_that_breaks_the_protocol_closes_the_connection_with_its_code(watched: WatchedDoor, name: str) -> None:
    sent, code = REFUSED[name]

    with joined(watched) as connection:
        connection.send(sent)
        opcode, payload = received(connection)

    assert (opcode, struct.unpack("!H", payload[:2])) == (CLOSE, (code,))


@pytest.mark.parametrize("extensions", HOSTILE_EXTENSIONS)
def test_no_extension_is_negotiated_so_nothing_is_inflated(watched: WatchedDoor, extensions: str) -> None:
    with joined(watched, Sec_WebSocket_Extensions=extensions) as connection:
        assert repeats(connection)


def test_a_message_in_fragments_arrives_whole_around_a_ping(watched: WatchedDoor) -> None:
    with joined(watched) as connection:
        connection.send(frame(TEXT, b"he") + frame(FINAL | PING, b"?") + frame(FINAL | CONTINUATION, b"llo"))

        assert received(connection) == (PONG, b"?")
        assert received(connection) == (TEXT, b"hello")


def test_a_message_of_maximum_size_arrives(watched: WatchedDoor) -> None:
    with joined(watched) as connection:
        assert repeats(connection, b"x" * (LIMIT - 1))


def test_a_hundred_stalled_connections_block_no_other(watched: WatchedDoor) -> None:
    with ExitStack() as held:
        for number in range(100):
            connection = held.enter_context(wire(watched.port))
            connection.send(b"GET /ws/analytics HTTP/1.1\r\nHost: d\r\nUpgr"[: number + 1])
        for _ in range(20):
            held.enter_context(joined(watched)).send(frame(FINAL | TEXT, b"x", says=1000))
        with joined(watched) as other:
            assert repeats(other)


def test_a_vanishing_client_does_not_affect_others(watched: WatchedDoor) -> None:
    with joined(watched) as stays:
        for _ in range(20):
            with joined(watched) as goes:
                goes.send(frame(TEXT, b"half"))

        assert repeats(stays)
